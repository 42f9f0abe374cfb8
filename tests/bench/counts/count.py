"""Instructions of our own for one row judged and one answer made, held against what is recorded.

`valgrind --tool=callgrind` counts them where a program says so. Only what our own
program executes counts: not RocksDB, simdjson, OpenSSL, ICU nor the C library, which choose their code by the
processor. So the figures are the same on every machine with the same compiler. How often those libraries are called
is counted besides, because a memory block asked for and a hash made cost most of what they cost over there.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

TOLERANCE = 0.03
HERE = pathlib.Path(__file__).parent
RECORDED = HERE / "recorded"
ROWS = sorted((HERE / "rows").iterdir())


def own_costs(path, program):
    """Instructions executed in the program's own code, and its calls of code elsewhere."""
    names = {}

    def name_of(text):
        number, _, name = text.partition(" ")
        if name:
            names[number] = name
        return names[number]

    instructions = calls = 0
    here = callee = is_call = False
    for line in path.read_text().splitlines():
        key, _, value = line.partition("=")
        if key == "ob":
            here = callee = name_of(value) == str(program)
        elif key == "cob":
            callee = name_of(value) == str(program)
        elif key == "calls":
            calls += int(value.split()[0]) if here and not callee else 0
            is_call = True
        elif re.match(r"[+*-]?\d", line):
            instructions += int(line.split()[1]) if here and not is_call else 0
            is_call, callee = False, here
    return instructions, calls


def count(program, arguments):
    """For each thing counted: its name, instructions and calls of one row or answer."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out"
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--instr-atstart=no", program, *arguments],
            capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"counts: {program.name} failed under valgrind\n{done.stdout}{done.stderr}")
        said = re.findall(r"^([\w.-]+) (\d+)$", done.stdout, re.M)
        for number, (name, units) in enumerate(said, 1):
            costs = own_costs(pathlib.Path(f"{out}.{number}"), program)
            yield name, *(round(cost / int(units), 1) for cost in costs)


def compare(name, what, now, before):
    """A line about one figure, and whether it may stay."""
    change = now / before - 1
    text = f"{name:32} {what:12} {now:>10,.1f}  recorded {before:>10,.1f}  {change:+.1%}"
    if change > TOLERANCE:
        return text + "  WORSE", False
    if change < -TOLERANCE:
        return text + "  better", False
    return text, True


def main():
    programs = pathlib.Path(sys.argv[1])
    counted = [*count(programs / "counts_judge", ROWS), *count(programs / "counts_answer", [])]
    if sys.argv[2:] == ["--record"]:
        RECORDED.write_text("".join(f"{name} {instructions} {calls}\n" for name, instructions, calls in counted))
        print(RECORDED.read_text(), end="")
        return 0
    recorded = {name: (float(i), float(c)) for name, i, c in map(str.split, RECORDED.read_text().splitlines())}
    good = recorded.keys() == {name for name, *_ in counted}
    for name, *now in counted:
        for what, one, before in zip(("instructions", "calls"), now, recorded.get(name, (1, 1))):
            text, may_stay = compare(name, what, one, before)
            print(text)
            good = good and may_stay
    if not good:
        print(f"counts: instructions or calls of libraries for one row or answer differ from tests/bench/counts/recorded "
              f"by more than {TOLERANCE:.0%}.\nIf that is meant, or if it is better, run tests/bench/counts/run.sh "
              f"--record, commit the file, and say in the commit what it costs and why.\nIf not: callgrind_annotate "
              f"shows where (docs/performance.md, \"Counts\").")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
