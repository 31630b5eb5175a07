"""A student's file that does what it should not: one clear report, in time, and nothing of ours in it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lessons.checking.checking import Report, check
from lessons.checking.running import Limits

ROOT = Path(__file__).parents[2]
OURS = """
from lessons.checking import task

@task(lambda random: [(1.0,), (2.0,)])
def f(x):
    return 2 * x  # blank

@task(lambda random: [([1.0, 2.0],)])
def g(x):
    return [2 * one for one in x]  # blank
"""
RIGHT = "def g(x):\n    return [2 * one for one in x]\n"


@pytest.fixture
def hand_in(tmp_path: Path):
    """Check a text as a student's file for an exercise with two tasks, f and g."""
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "double.py").write_text(f'"""Double."""\n{OURS}', encoding="utf-8")

    def checked(text: str | bytes, limits: Limits | None = None) -> Report:
        data = text.encode() if isinstance(text, str) else text
        (tmp_path / "mine.py").write_bytes(b"# Exercise: double\n" + data)
        return check(tmp_path / "mine.py", tmp_path / "ours", limits or Limits(seconds=4.0, megabytes=512))

    return checked


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return 1 / 0", ["f(x=1):", 'File "mine.py", line 3, in f', "ZeroDivisionError: division by zero"]),
        ("return None", ["f(x=1) returns None: asked is a number, yours is None (is a return missing?)"]),
        ("return [x, x]", ["asked is a number, yours is an array of shape (2,)"]),
        ("return 'two'", ["asked is a number, yours is a text"]),
        ("return {'x': 2 * x}", ["asked is a number, yours is of type dict"]),
        ("return 2j * x", ["asked is a number, yours is of type complex"]),
        ("import numpy; return numpy.array(2j)", ["asked is a number, yours is an array of complex128"]),
        ("return (2 * x for _ in [1])", ["of type generator"]),
        ("return float('nan')", ["Some of your numbers are nan or infinite"]),
        ("return x", ["the number is wrong", "Wrong in every case.", "Yours is half what it should be."]),
        ("print('hello'); return x", ["It printed:", "hello"]),
        ("return open('/etc/passwd').read()", ["It tried to read files: '/etc/passwd'", "line 3: return open"]),
        ("try: open('mine.py')\n    except Exception: pass\n    return 2 * x", ["It tried to read files: 'mine.py'"]),
        ("open('out.txt', 'w')", ["It tried to write files: 'out.txt'"]),
        ("import os; return os.listdir('/')", ["It tried to look into folders: '/'"]),
        ("import os; os.remove('/tmp/none')", ["It tried to change files or load libraries (os.remove)"]),
        ("import os; return os.fork()", ["It tried to start other programs (os.fork)"]),
        ("import subprocess; subprocess.run(['ls'])", ["It tried to start other programs (subprocess.Popen)"]),
        ("import os; return os.system('ls')", ["It tried to start other programs (os.system)"]),
        ("import socket; socket.socket()", ["It tried to use the network (socket.__new__)"]),
        ("import urllib.request as r; r.urlopen('http://127.0.0.1:9')", ["It tried to use the network"]),
        ("import lessons.exercises.xor", ["It tried to import the course: it holds the answers"]),
        ("import os; os.kill(os.getppid(), 9)", ["It tried to send signals or change its limits (os.kill)"]),
        ("return bytearray(10**11)", ["It wants more memory than 512 MB, in line 3: return bytearray(10**11)"]),
        ("a = []\n    while True: a.append(bytearray(10**8))", ["It wants more memory than 512 MB"]),
        ("import sys; sys.exit(0)", ["It ended the program, in line 3"]),
        ("import os; os._exit(0)", ["It ended the whole process"]),
        ("return f(x)", ["RecursionError"]),
        ("input('? ')", ["EOFError"]),
        ("raise KeyboardInterrupt", ["KeyboardInterrupt"]),
        ("raise type('E', (Exception,), {'__str__': lambda s: 1 / 0})", ["<exception str() failed>"]),
        ("raise Exception('\\x1b[31m' + 'x' * 10**6)", ["Exception", "…"]),
        ("a = []; a.append(a); return a", ["yours is a list"]),
        ("return [0.0] * 10**6", ["yours is of type list with 1000000 parts"]),
        ("return 10**400", ["yours is huge"]),
        ("import numpy; return numpy.zeros(10**6)", ["yours is an array of shape (1000000,)"]),
        ("return __import__('microgradphys').Value(x) * 3", ["f(x=1) returns 3"]),
        ("import threading as t; t.Thread(target=lambda: [0 for _ in iter(int, 1)]).start(); return x", ["is wrong"]),
        ("import sys; sys.stdout.close(); return x", ["the number is wrong"]),
        ("import os; [os.write(k, b'x') for k in range(9) if os.path.exists(f'/dev/fd/{k}')]; return x", ["is wrong"]),
        ("open('a.txt').close() if x else 0; raise ValueError", ["It tried to read files: 'a.txt'"]),
        ("import tempfile; tempfile.mkdtemp()", ["It tried to write files: ", "No usable temporary directory"]),
        ("import ctypes; ctypes.CDLL(None)", ["load libraries (ctypes.dlopen)"]),
        ("import signal as s; s.signal(s.SIGALRM, s.SIG_IGN); return x", ["is wrong"]),
        ("yield x", ["f(x=1) returns something of type generator"]),
        ("import os; os.closerange(0, 100); return x", ["It ended the whole process"]),
    ],
)  # fmt: skip
def test_a_function_that_misbehaves_is_wrong_and_the_report_says_why(hand_in, body: str, words: list[str]) -> None:
    """The rest of the file is checked all the same, unless the process is gone; no frame of ours is shown."""
    report = hand_in(f"def f(x):\n    {body}\n{RIGHT}")
    text = str(report)
    assert [one for one in words if one not in text] == [], text
    assert not report.is_right
    assert report.findings[0].verdict == "wrong"
    gone = "It ended the whole process" in text
    assert report.findings[1].verdict == ("not done yet" if gone else "right"), text
    assert "lessons/" not in text.replace("lessons.exercises", "")
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) < 400


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("while True: x += 1", "Still not done after 1 s, in line 3: while True: x += 1"),
        ("import time; time.sleep(1000)", "Still not done after 1 s, in line 3"),
        ("while True:\n        try: print('x' * 1000)\n        except BaseException: pass", "Still not done after 1 s"),
        ("import signal as s; s.signal(s.SIGALRM, s.SIG_IGN)\n    while True: pass", "Still not done after 1 s"),
        ("import re; return re.match('(a+)+$', 'a' * 60 + 'b')", "Still not done after 1 s"),
    ],
)
def test_what_never_ends_is_ended(hand_in, body: str, words: str) -> None:
    """Also what swallows the alarm, and what hangs within one instruction."""
    begin = time.monotonic()
    report = hand_in(f"def f(x):\n    {body}\n{RIGHT}", Limits(seconds=1.0))
    assert words in str(report)
    assert report.findings[0].verdict == "wrong"
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def f(x)\n", ["SyntaxError", "line 2"]),
        ("1 / 0\n", ["ZeroDivisionError", 'File "mine.py", line 2, in <module>']),
        ("import nothing_like_it\n", ["ModuleNotFoundError"]),
        ("while True: pass\n", ["Still not done after 1 s, in line 2"]),
        ("raise SystemExit\n", ["It ended the program"]),
        ("(" * 5000 + ")" * 5000, ["Error"]),
        ("x = " + "-" * 100_000 + "1", ["the file could not be run"]),
        (b"x = '\xff'\n", ["SyntaxError"]),
        (b"x = 1\0\n", ["null bytes"]),
        ("open('data.csv')\n", ["It tried to read files: 'data.csv'"]),
    ],
)
def test_a_file_that_cannot_be_run_says_why(hand_in, text: str | bytes, words: list[str]) -> None:
    """No task is checked."""
    report = hand_in(text, Limits(seconds=1.0))
    assert [one for one in words if one not in str(report)] == [], str(report)
    assert report.findings == ()
    assert not report.is_right


def test_functions_that_are_missing_renamed_or_half_done(hand_in) -> None:
    """Each says so; three dots in an index are no blank."""
    assert "There is no function of this name in the file." in str(hand_in("def h(x):\n    return 1\n"))
    assert "takes 0 positional arguments but 1 was given" in str(hand_in("def f():\n    return 1\n"))
    half = hand_in("def f(x):\n    y = ...\n    return 2 * y\ndef g(x):\n    return ...\n")
    assert [finding.verdict for finding in half.findings] == ["not done yet", "not done yet"]
    assert "three dots still stand for code in line 3" in str(half)
    ours = "import numpy as np\ndef f(x):\n    return np.array([2 * x])[..., 0]\n"
    assert hand_in(ours + RIGHT).is_right
    both = hand_in("def f(x):\n    return ...\ndef g(x):\n    return [f(one) for one in x]\n")
    assert "it calls f, which is not done yet" in str(both)
    assert hand_in(f"f = lambda x: ...\n{RIGHT}").findings[0].verdict == "not done yet"


def test_answers_of_other_kinds_that_mean_the_same_are_right(hand_in) -> None:
    """Values, numpy's numbers, lists for arrays, whole numbers."""
    many = "import numpy as np\nfrom microgradphys import Value\n"
    for body in ("return Value(x) * 2", "return np.float32(2 * x)", "return int(2 * x)", "return np.array(2 * x)"):
        assert hand_in(f"{many}def f(x):\n    {body}\ndef g(x):\n    return 2 * np.array(x)\n").is_right


def test_what_is_printed_is_shown_and_changes_nothing(hand_in) -> None:
    """At the top and in a function, the beginning of it; it is no answer, whatever it looks like."""
    report = hand_in(
        f"print('top')\ndef f(x):\n    for k in range(10**4): print(k, '{{\"task\": 1}}')\n    return 2 * x\n{RIGHT}"
    )
    assert report.is_right
    assert len(str(report).splitlines()) < 40
    assert "top" in str(report)


def test_nothing_stays_and_nothing_is_seen(hand_in, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is written, and the user's environment is not there."""
    monkeypatch.setenv("SECRET_OF_MINE", "42")
    before = sorted(tmp_path.rglob("*"))
    assert "KeyError: 'SECRET_OF_MINE'" in str(
        hand_in(f"import os\ndef f(x):\n    return os.environ['SECRET_OF_MINE']\n{RIGHT}")
    )
    assert sorted(set(tmp_path.rglob("*")) - set(before)) == [tmp_path / "mine.py"]


def test_an_interrupted_check_leaves_no_process(tmp_path: Path) -> None:
    """The student's loop ends with it."""
    if not Path("/proc").is_dir():
        pytest.skip("needs /proc")
    (tmp_path / "mine.py").write_text("# Exercise: xor\nwhile True: pass\n")
    command = [sys.executable, "-m", "lessons", "check", str(tmp_path / "mine.py"), "--seconds", "60"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True,
                               env={**os.environ, "TMPDIR": str(tmp_path)})  # fmt: skip
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not (found := children.read_text().split()):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(2)
    assert "stopped" in process.communicate()[1]
    assert process.returncode == 130
    # One that had only just begun finds nothing to do, and ends by itself.
    while Path(f"/proc/{found[0]}").exists() and "Z" not in Path(f"/proc/{found[0]}/stat").read_text().split()[2]:
        time.sleep(0.05)
