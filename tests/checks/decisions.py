"""docs/adr: numbers without gaps, and every page in the form of its template."""
import pathlib
import re
import sys

FOLDER = pathlib.Path("docs/adr")
STATUS = re.compile(r"Status: (proposed|accepted|replaced by \d{4}) · \d{4}-\d\d-\d\d")


def sections(text):
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


def faults():
    wanted = sections((FOLDER / "template.md").read_text(encoding="utf-8"))
    pages = sorted(FOLDER.glob("[0-9]*.md"))
    for number, page in enumerate(pages, 1):
        lines = page.read_text(encoding="utf-8").split("\n")
        if not page.name.startswith(f"{number:04}-"):
            yield f"{page}: the next number is {number:04}"
        if not lines[0].startswith(f"# {page.name[:4]}. "):
            yield f"{page}:1: begins with '# {page.name[:4]}. ' and the decision in a few words"
        if len(lines) < 3 or not STATUS.fullmatch(lines[2]):
            yield f"{page}:3: says 'Status: accepted · YYYY-MM-DD'"
        if sections("\n".join(lines)) != wanted:
            yield f"{page}: has the sections {', '.join(wanted)}"
        for other in re.findall(r"(?:ADR |docs/adr/|replaced by )(\d{4})", "\n".join(lines)):
            if int(other) > len(pages):
                yield f"{page}: names {other}, which there is not"


def main():
    found = list(faults())
    print(*found, sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
