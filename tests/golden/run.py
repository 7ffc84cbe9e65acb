#!/usr/bin/python3
"""run.py BIN_DIR [--update] [CASE ...]: every stage as a filter, against what
it must give.

A case is a folder here. Its steps run in the order of their names in a copy
of the folder, so that files and the state go from step to step; NAME.sql
makes NAME.db before. A step is

    NN-STAGE[-WHAT].in    one JSON line per frame (wire.py); "< NN-STAGE" is
                          what that step gave; a line "# words" adds words to
                          the command
    NN-STAGE[-WHAT].ref   the frames that come out, then, after "# rejects",
                          the rejects, and "# exit N CODE" unless it is 0

--update writes the .ref files: look at the difference before you commit it."""
import difflib
import json
import pathlib
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import wire

HERE = pathlib.Path(__file__).resolve().parent


def dump(line):
    return json.dumps(line, ensure_ascii=False)


def read_input(path):
    words, frames = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            words += shlex.split(line[1:])
        elif line.startswith("<"):
            frames += read_frames(path.with_name(line[1:].strip() + ".ref"))
        elif line:
            frames.append(wire.pack(json.loads(line)))
    return words, b"".join(frames)


def read_frames(ref):
    """The frames of a .ref, without what follows them."""
    text, _, _ = ref.read_text(encoding="utf-8").partition("# ")
    return [wire.pack(json.loads(line)) for line in text.splitlines()]


def run_step(bin_dir, path, folder):
    """What the .ref file has to say."""
    words, stream = read_input(path)
    stage = path.name.split(".")[0].split("-")[1]
    rejects = folder / "rejects"
    done = subprocess.run(
        [bin_dir / f"syncline-{stage}", "--stdio", "-c", "pipeline.yaml",
         "--rejects", str(rejects), *words], cwd=folder, input=stream,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = [dump(line) for line in wire.unpack(done.stdout)]
    if rejects.exists() and rejects.stat().st_size:
        lines.append("# rejects")
        lines += [dump(line) for line in wire.unpack(rejects.read_bytes())]
    rejects.unlink(missing_ok=True)
    log = done.stderr.decode("utf-8", "replace")
    if done.returncode:
        code = re.findall(r"level=error .*\bcode=(\S+)", log)
        lines.append(f"# exit {done.returncode} {' '.join(code)}".rstrip())
    return "".join(line + "\n" for line in lines), log


def check(path, got, log, update):
    ref = path.with_suffix(".ref")
    if update:
        ref.write_text(got, encoding="utf-8")
    wanted = ref.read_text(encoding="utf-8") if ref.exists() else ""
    if got == wanted:
        return True
    name = f"{path.parent.name}/{ref.name}"
    print(f"FAILED {name}")
    sys.stdout.writelines(line[:2000].rstrip("\n") + "\n" for line in
                          difflib.unified_diff(
                              wanted.splitlines(), got.splitlines(),
                              name, "found", lineterm=""))
    print(log[-3000:])
    return False


def run_case(bin_dir, case, update):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, case.name)
        shutil.copytree(case, folder)
        for script in folder.glob("*.sql"):
            db = sqlite3.connect(script.with_suffix(".db"))
            db.executescript(script.read_text(encoding="utf-8"))
            db.close()
        for path in sorted(case.glob("*.in")):
            got, log = run_step(bin_dir, path, folder)
            if not check(path, got, log, update):
                return False
    return True


def main(words):
    update = "--update" in words
    words = [w for w in words if w != "--update"]
    if not words:
        sys.exit(__doc__)
    bin_dir = pathlib.Path(words[0]).resolve()
    cases = [c for c in sorted(HERE.iterdir())
             if (c / "pipeline.yaml").exists()
             and (not words[1:] or c.name in words[1:])]
    failed = [c.name for c in cases if not run_case(bin_dir, c, update)]
    print(f"{len(cases) - len(failed)} passed, {len(failed)} failed")
    if failed or not cases:
        sys.exit(f"golden: failed: {', '.join(failed) or 'no cases'}")


if __name__ == "__main__":
    main(sys.argv[1:])
