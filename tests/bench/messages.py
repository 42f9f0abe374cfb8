"""The sample city as messages, such as departments' own producers send: a line of a file for each row, which
tests/bench/ceiling/send.c reads. Rows of all files are dealt out in turn, those of one file in their order."""
import csv
import io
import json

TOPIC = "credit.submissions."
IDS = ("记录编号", "_id")
DEALT = 20  # rows of a file before the next one's turn
DAMAGED_PART = 20
csv.field_size_limit(1 << 30)


def line(topic, theme, value, key="", label=""):
    return "\t".join((label, topic, theme, key, value)) + "\n"


def text_of(raw):
    """Of a UTF-8 file few characters are damaged, of one in GB18030 most."""
    text = raw.decode("utf-8-sig", errors="replace")
    return text if text.count("\ufffd") * DAMAGED_PART < len(text) else raw.decode("gb18030", errors="replace")


def lines_of(file):
    """One for each row. What is broken in a file stays broken in its message where that can be."""
    topic, theme, text = TOPIC + file.parent.name, file.stem, text_of(file.read_bytes())
    if file.suffix == ".ndjson":
        for row in filter(None, (r.strip() for r in text.split("\n"))):
            yield line(topic, theme, row)
        return
    rows = csv.reader(io.StringIO(text, newline=""))
    names = next(rows, [])
    ids = [at for at, name in enumerate(names) if name in IDS]
    for row in filter(None, rows):
        key = row[ids[0]] if ids and ids[0] < len(row) else ""
        yield line(topic, theme, json.dumps(dict(zip(names, row)), ensure_ascii=False), key.replace("\t", " ").replace("\n", " "))


def deal(files):
    left = [lines_of(file) for file in files]
    while left:
        still = []
        for lines in left:
            piece = [found for _, found in zip(range(DEALT), lines)]
            yield from piece
            if len(piece) == DEALT:
                still.append(lines)
        left = still


def write(files, path, probes=None, each=0):
    """How many. With `probes`, an iterator of lines, one of them comes behind every `each` rows."""
    count = 0
    with open(path, "w", encoding="utf-8", newline="") as out:
        for found in deal(files):
            out.write(found)
            count += 1
            if probes and count % each == 0:
                out.write(next(probes))
                count += 1
    return count
