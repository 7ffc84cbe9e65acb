"""Pages of numbers: fetched, parsed, and checked by promtool."""
import http.client
import re
import socket
import subprocess
import urllib.error
import urllib.request

SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def free_ports(count):
    """The first of so many ports in a row that nobody has just now."""
    for base in range(20_000 + (id(count) // 16) % 10_000, 60_000, count):
        held = []
        try:
            for port in range(base, base + count):
                held.append(socket.socket())
                held[-1].bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for one in held:
                one.close()
    raise AssertionError(f"no {count} free ports in a row")


def get(port, path="/metrics"):
    """Status, type and text of a page; (0, "", "") if nobody answers."""
    url = f"http://127.0.0.1:{port}{path}"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return (answer.status, answer.headers["Content-Type"],
                    answer.read().decode())
    except urllib.error.HTTPError as refusal:
        return (refusal.code, refusal.headers["Content-Type"],
                refusal.read().decode())
    except (OSError, http.client.HTTPException):
        return 0, "", ""


def parse(text):
    """Every sample: {(name, ((label, value), …)): number}."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, value = SAMPLE.match(line).groups()
            key = (name, tuple(sorted(LABEL.findall(labels or ""))))
            assert key not in found, f"twice: {line}"
            found[key] = float(value)
    return found


def total(samples, name, **labels):
    """The sum over what has these labels."""
    return sum(v for (n, have), v in samples.items()
               if n == name and labels.items() <= dict(have).items())


def assert_sound(text):
    """promtool has nothing to say about it."""
    done = subprocess.run(["promtool", "check", "metrics"], input=text,
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def counters(samples, text):
    """Those that may never go back."""
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))

    def rising(name):
        family = re.sub("_(bucket|sum|count)$", "", name)
        return kinds.get(name) == "counter" or \
            kinds.get(family) == "histogram"
    return {key: v for key, v in samples.items() if rising(key[0])}
