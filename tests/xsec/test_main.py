"""One frame for all commands, and a package that offers a function of a command's name."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nugan_hep import xsec
from nugan_hep.xsec.__main__ import COMMANDS, PROGRAM, main


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the following arguments are required: COMMAND (see --help)"),
        (["fit"], "argument COMMAND: invalid choice: 'fit' (choose from 'predict', 'train', 'finetune',"),
        (["--data", "12C.csv"], "argument COMMAND: invalid choice: '12C.csv'"),
        (["Predict", "12C"], "invalid choice: 'Predict'"),
    ],
)
def test_words_that_are_no_command(words: list[str], message: str, error: Callable[[], str]) -> None:
    assert main(words) == 2
    line = error()
    assert line.startswith(f"{PROGRAM}: error: ")
    # newer versions of Python quote the choices no more
    assert message.replace("'", "") in line.replace("'", "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_its_own(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: {PROGRAM} {name} ")
    assert f"{PROGRAM} {name} " in text.partition("examples:")[2]
    assert "exit codes: 0 done, 2 bad input" in text


def test_the_overview_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for name, what in COMMANDS.items():
        assert f"  {name:<11}{what}\n" in text


def test_commands_are_the_modules_of_their_folder() -> None:
    folder = Path(xsec.__file__).parent / "commands"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "arguments"}
    assert modules == set(COMMANDS)


@pytest.mark.slow
def test_no_module_hides_the_function() -> None:
    """After an import of every module, in a fresh interpreter, the name is still the function's."""
    names = [module.name for module in pkgutil.walk_packages(xsec.__path__, "nugan_hep.xsec.")]
    assert "nugan_hep.xsec.commands.predict" in names
    program = f"""
import importlib
from nugan_hep import xsec
for name in {names!r}:
    importlib.import_module(name)
from nugan_hep.xsec.model import prediction
assert xsec.predict is prediction.predict
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_help_and_bad_options_of_predict_need_no_torch() -> None:
    program = """
import sys
from nugan_hep.xsec.__main__ import main
assert main(["predict", "12C", "--energy", "0.6"]) == 2
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, stderr=subprocess.DEVNULL)
