"""`python3 app/launcher/install.py FILE…`: a virtual environment with the packages that the files pin.

Runs before anything of ours is installed, on whatever Python the machine has: the standard library
only, and words that an old Python can still read. A second run with the same files does nothing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

_OLDEST = (3, 11)
_VENV = Path(".venv")
_PYTHON = _VENV / "bin" / "python"


def main(files: list[str]) -> int:
    """Make or refresh `.venv`; return 0, or 1 after a sentence that says what is missing."""
    if trouble := _machine_trouble():
        print(trouble)
        return 1
    stamp, wanted = _VENV / f".{Path(files[0]).stem}.sha256", _fingerprint(files)
    if _PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return 0
    if not _PYTHON.exists() and not _make_venv():
        return 1
    if not _install(files):
        return 1
    stamp.write_text(wanted)
    return 0


def _machine_trouble() -> str:
    if sys.version_info < _OLDEST:
        return (
            f"Relance needs Python {_OLDEST[0]}.{_OLDEST[1]} or newer, and this is {sys.version.split()[0]}: "
            "install a newer one (Debian: apt install python3 python3-venv), then run make again."
        )
    if not _PYTHON.exists() and importlib.util.find_spec("ensurepip") is None:
        return "This Python cannot make virtual environments: apt install python3-venv, then run make again."
    return ""


def _fingerprint(files: list[str]) -> str:
    # requirements-dev.txt starts from requirements.txt, so that file's text counts each time.
    content = b"".join(Path(name).read_bytes() for name in sorted({"requirements.txt", *files}))
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


def _make_venv() -> bool:
    print("  python      making a virtual environment in .venv", flush=True)
    return _run([sys.executable, "-m", "venv", str(_VENV)])


def _install(files: list[str]) -> bool:
    print(f"  packages    installing what {' and '.join(files)} pins (this once)", flush=True)
    named = [part for name in files for part in ("-r", name)]
    quiet = ["--disable-pip-version-check", "--no-input", "--no-warn-script-location"]
    if not _run([str(_PYTHON), "-m", "pip", "install", *quiet, *named]):
        return False
    print(("\r\033[K" if sys.stdout.isatty() else "") + "  packages    installed", flush=True)
    return True


def _run(command: list[str]) -> bool:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        said = [_follow(line.rstrip()) for line in process.stdout or ()]
    if process.returncode:
        print("\n".join(f"    | {line}" for line in said[-15:]))
        print("The installation did not work: mend what the lines above name, then run make again.")
    return process.returncode == 0


def _follow(line: str) -> str:
    # pip names each package as it comes to it; a terminal sees which one, a log only the outcome.
    words = line.split()
    if sys.stdout.isatty() and words[:1] in (["Collecting"], ["Installing"]):
        now = re.split(r"[\[=<>!~;]", words[1])[0] if words[0] == "Collecting" else "putting them in place"
        print(f"\r\033[K  packages    {now} …", end="", flush=True)
    return line


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["requirements.txt"]))
