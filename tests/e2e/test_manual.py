"""The manual and --help say the same, and mandoc has nothing to say."""
import re
import subprocess

import pytest

from lib.small import Small

FILTERS = ["extract", "normalize", "identity", "delta", "resolver", "load"]
PROGRAMS = [f"syncline-{name}" for name in FILTERS] + ["synclined", "syncline"]
SECTION = {"synclined": "8"}


@pytest.fixture(scope="module")
def pages(bin_dir):
    found = bin_dir.parent / "man"
    assert (found / "syncline.1").exists(), f"no pages in {found}: 'make man'"
    return found


def output(program, *args):
    done = subprocess.run([program, *args], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rendered(page):
    done = subprocess.run(["mandoc", "-Tutf8", "-O", "width=200", page],
                          capture_output=True, check=True)
    # Bold and underline are overstrikes: letter, backspace, letter.
    return re.sub(".\b", "", done.stdout.decode())


def options(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))


@pytest.mark.parametrize("program", PROGRAMS)
def test_options_are_those_of_help(bin_dir, pages, program):
    page = rendered(pages / f"{program}.{SECTION.get(program, '1')}")
    wanted = options(output(bin_dir / program, "--help"))
    assert len(wanted) >= 3
    assert wanted - options(page) == set()
    assert "--help-mdoc" not in page


def test_verbs_are_those_of_help(bin_dir, pages):
    text = output(bin_dir / "syncline", "--help")
    verbs = re.findall(r"^  ([a-z]+)  +\S", text, re.M)
    assert {"init", "check", "run", "version"} <= set(verbs)
    page = rendered(pages / "syncline.1")
    listed = set(re.findall(r"^ {5}([a-z]+)\b", page, re.M))
    assert set(verbs) - listed == set()
    for verb in verbs:
        wanted = options(output(bin_dir / "syncline", verb, "--help"))
        assert wanted - options(page) == set(), verb


def test_keys_are_those_of_the_schema(bin_dir, pages):
    import json

    def names(schema):
        for name, below in schema.get("properties", {}).items():
            yield name
            yield from names(below)
            yield from names(below.get("items", {}))

    schema = json.loads(output(bin_dir / "syncline", "config", "schema"))
    keys = set(names(schema))
    assert len(keys) > 80
    page = rendered(pages / "syncline.yaml.5")
    listed = set(re.findall(r"^ {5}([a-z_0-9]+): ", page, re.M))
    assert keys - listed == set()


def described(page, order):
    """The keys that the manual has under an order."""
    text = page.read_text().split(".Sh JSON\n")[1].split("\n.Sh ")[0]
    item = text.split(f"\n.It Cm {order}\n")[1].split("\n.It Cm ")[0]
    return {key for line in re.findall(r"^\.It (Va .*)$", item, re.M)
            for key in re.findall(r"Va (\w+)", line)}


@pytest.mark.parametrize("words, part, whole", [
    ("run", None, None), ("status", None, None), ("runs", None, None),
    ("runs show", "chunks", "runs"), ("failed list", None, None),
    ("failed show", "row", "failed list"), ("migrate status", None, None),
    ("version", None, None), ("check", None, None)])
def test_keys_of_json_are_those_of_the_manual(pages, site, words, part, whole):
    small = Small(site)
    small.write()
    small.source.script("UPDATE things SET size = 'x' WHERE id = 5")
    if words != "run":
        site.verb("run", expect=4)
    if words == "check":
        small.write(source={"connection": "from", "table": "nothing"})
    number = ["1"] if part else []
    found = site.verb(*words.split(), *number, "-o", "json",
                      expect=None).json()
    first = found if isinstance(found, dict) else found[0]
    page = pages / "syncline.1"
    told = described(page, words) | (described(page, whole) if whole else set())
    assert {*first} | {*(first[part][0] if part else ())} == told


def test_mandoc_is_content(pages):
    files = sorted(pages.iterdir())
    assert len(files) == len(PROGRAMS) + 1
    done = subprocess.run(["mandoc", "-Tlint", "-W", "warning", *files],
                          capture_output=True, text=True)
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0
    for page in files:
        assert "@run" not in page.read_text()
        assert "@include" not in page.read_text()
