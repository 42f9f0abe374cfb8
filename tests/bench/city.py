"""The sample city that is handed in: written once for each size and kept under build/bench, because ten million records
take minutes. It is written anew when the program writes another one by now, or when it has grown old."""
import contextlib
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import tempfile

ROWS_PER_SUBJECT = 10
PROBE_SUBJECTS = 50     # of the small city by which a changed program is recognised
OLD_DAYS = 30           # what the register says of a row may depend on today
ENDINGS = (".csv", ".ndjson")


def files_of(folder):
    return [f for f in sorted(pathlib.Path(folder).glob("*/*")) if f.suffix in ENDINGS]


def write_city(run, folder, subjects, seed, day=None):
    """Its summary. The manifest, as large as the files, is not needed here."""
    run("sample", "--subjects", subjects, "--rows-per-subject", ROWS_PER_SUBJECT, "--seed", seed, "--out", folder,
        "--quiet", *(["--day", day] if day else []))
    (folder / "manifest.ndjson").unlink()
    return json.loads((folder / "summary.json").read_text())


def probe(run, day):
    """A digest of what the program writes."""
    with tempfile.TemporaryDirectory() as folder:
        city, hashed = pathlib.Path(folder) / "city", hashlib.sha256()
        write_city(run, city, PROBE_SUBJECTS, 1, day)
        for file in files_of(city):
            hashed.update(file.name.encode() + file.read_bytes())
        return hashed.hexdigest()


def restore(folder, sizes):
    """Takes back what a row of the bench has put behind the files; false when they are not what they were."""
    found = {str(f.relative_to(folder)): f for f in files_of(folder)}
    if found.keys() != sizes.keys():
        return False
    for name, size in sizes.items():
        if found[name].stat().st_size < size:
            return False
        if found[name].stat().st_size > size:
            os.truncate(found[name], size)
    return True


def kept_city(run, kept, records, today, say):
    """The folder of a city of about so many records, and its summary. `run` is creditctl."""
    subjects = max(10, records // ROWS_PER_SUBJECT)
    folder, stamp = kept / f"city-{records}", kept / f"city-{records}.json"
    kept.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError, ValueError, KeyError):
        known = json.loads(stamp.read_text())
        age = (today - datetime.date.fromisoformat(known["day"])).days
        if age <= OLD_DAYS and known["probe"] == probe(run, known["day"]) and restore(folder, known["sizes"]):
            say(f"the city of {records:,} records is the one in {folder}")
            return folder, json.loads((folder / "summary.json").read_text())
    say(f"writing a city of {records:,} records to {folder}")
    stamp.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    summary = write_city(run, folder, subjects, 1)
    stamp.write_text(json.dumps({"day": summary["day"], "probe": probe(run, summary["day"]), "sizes": {
        str(f.relative_to(folder)): f.stat().st_size for f in files_of(folder)}}))
    return folder, summary
