"""Runs notebooks from top to bottom and stores their outputs: ``python refresh.py [NOTEBOOK ...]``.

Needs what integration-tests/requirements.txt lists and PYTHONPATH=spark-plugin/python.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent


def executed(path: Path) -> nbformat.NotebookNode:
    """The notebook with the outputs it has now; a cell that fails is an error."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=600, record_timing=False, coalesce_streams=True, resources={"metadata": {"path": str(HERE)}}
    ).execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            # Log lines of the JVM, which name the machine.
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    # Which Python it was is nobody's business.
    notebook.metadata.language_info = {"name": "python"}
    return notebook


def main() -> None:
    for path in map(Path, sys.argv[1:] or sorted(HERE.glob("*.ipynb"))):
        nbformat.write(executed(path), path)


if __name__ == "__main__":
    main()
