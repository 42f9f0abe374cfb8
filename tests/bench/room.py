"""Room on the disk, asked for before the hours are spent."""
import os
import pathlib
import shutil

# For each record, at the worst moment of a run; measured with some to spare.
CITY_BYTES, WORK_BYTES, PEER_BYTES = 350, 3000, 1800
KAFKA_BYTES, KAFKA_LEAST = 1500, 3 << 30  # in the topics and in front of them; what comes at a rate, however many records
LEAST_BYTES = 1 << 29  # logs of RocksDB, answers, what the machine needs itself


def free_bytes(folder):
    return shutil.disk_usage(folder).free


def wanted(records, peers, kafka, kept, work, is_kept):
    """What a run takes in the folder of the kept cities and in the one in which it works."""
    in_kept = 0 if is_kept else records * CITY_BYTES
    in_work = records * (WORK_BYTES + (PEER_BYTES if peers else 0)) + LEAST_BYTES
    in_work += records * KAFKA_BYTES + KAFKA_LEAST if kafka else 0
    if os.stat(kept).st_dev == os.stat(work).st_dev:
        return {work: in_kept + in_work}
    return {kept: in_kept, work: in_work}


def check(records, peers, kafka, kept, work, is_kept, free=free_bytes):
    """Ends the program when a disk is too small."""
    kept.mkdir(parents=True, exist_ok=True)
    for folder, needed in wanted(records, peers, kafka, pathlib.Path(kept), pathlib.Path(work), is_kept).items():
        if (there := free(folder)) < needed:
            raise SystemExit(f"bench: {records:,} records need about {needed / 1e9:.1f} GB in {folder}, and {there / 1e9:.1f} GB "
                             "are free.\n  Set TMPDIR to a folder on a larger disk, free some, or take fewer with --records N.")
