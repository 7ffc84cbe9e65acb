"""The package index that every Debian machine has, as a list of records."""
import glob
import os
import re
import subprocess
import sys

ENOUGH = 10_000  # packages; fewer, and apt has not fetched its lists
LISTS = "/var/lib/apt/lists"
CAT_FILE = "/usr/lib/apt/apt-helper"  # unpacks whatever apt compressed


def run(*command):
    """What a command prints, or nothing if it is missing or fails."""
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace")


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def records(text):
    """Control-file paragraphs (deb822) as dictionaries."""
    for paragraph in re.split(r"\n\n+", text):
        record, name = {}, None
        for line in paragraph.split("\n"):
            if line[:1] in (" ", "\t"):
                if name:
                    record[name] += "\n" + line[1:]
            elif ":" in line:
                name, _, value = line.partition(":")
                record[name] = value.strip()
        if record:
            yield record


def long_descriptions():
    """Short description to the whole text, where this machine has it."""
    texts = {}
    found = glob.glob(LISTS + "/*_Translation-en*")
    for path in found:
        for record in records(run(CAT_FILE, "cat-file", path)):
            text = record.get("Description-en", "")
            texts[text.partition("\n")[0]] = text
    for record in records(read("/var/lib/dpkg/status")):
        text = record.get("Description", "")
        texts.setdefault(text.partition("\n")[0], text)
    return texts


def update():
    command = ["apt-get", "update"]
    if os.geteuid() != 0:
        command = ["sudo", "-n"] + command
    run(*command)


def index():
    """All packages, from apt's lists if it has any, else from dpkg's."""
    found = list(records(run("apt-cache", "dumpavail")))
    if len(found) < ENOUGH:
        print("apt has no package lists yet: trying 'apt-get update'")
        update()
        found = list(records(run("apt-cache", "dumpavail")))
    if len(found) < ENOUGH:
        print("apt has no package lists: using what dpkg knows of this "
              "machine, a much smaller index")
        found += records(read("/var/lib/dpkg/available"))
        found += records(read("/var/lib/dpkg/status"))
    found = [r for r in found if "Version" in r and "Architecture" in r]
    if not found:
        sys.exit("demo: neither apt nor dpkg knows a single package; is "
                 "this a Debian machine?")
    return found
