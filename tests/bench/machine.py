"""What the numbers come from."""
import os
import platform
import re


def first_match(pattern, path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            found = re.search(pattern, file.read(), re.MULTILINE)
    except OSError:
        return None
    return found.group(1).strip() if found else None


def describe():
    memory = first_match(r"^MemTotal:\s+(\d+) kB", "/proc/meminfo")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": first_match(r"^model name\s*:\s*(.+)$", "/proc/cpuinfo")
        or platform.processor() or platform.machine(),
        "memory_gib": round(int(memory) / 2**20, 1) if memory else None,
        "kernel": platform.release(),
        "system": first_match(r'^PRETTY_NAME="(.+)"$', "/etc/os-release"),
    }


def describe_text(machine):
    return (f"{machine['cores']} × {machine['cpu']}, "
            f"{machine['memory_gib']} GiB, Linux {machine['kernel']}, "
            f"{machine['system']}")
