"""The notebooks run from top to bottom, and show what is committed."""

import importlib.util
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def refresh():
    """The script that stores outputs, as a module."""
    spec = importlib.util.spec_from_file_location("refresh", NOTEBOOKS / "refresh.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def printed(notebook) -> list[str]:
    """The text of every cell: pictures and tables in HTML may differ between versions of the libraries."""
    return [
        "".join(output.text for output in cell.outputs if output.output_type == "stream")
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebook(path, monkeypatch):
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    committed = nbformat.read(path, as_version=4)

    executed = refresh().executed(path)

    assert printed(executed) == printed(committed)
    assert all(cell.execution_count for cell in committed.cells if cell.cell_type == "code")
    assert any("image/png" in output.get("data", {}) for cell in committed.cells for output in cell.get("outputs", []))


def test_there_are_notebooks():
    assert (NOTEBOOKS / "first_tour.ipynb").is_file()
