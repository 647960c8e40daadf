"""`viz-lsp mcp` as real clients of the Model Context Protocol see it. Each test has a cache folder of its own."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = os.environ["VIZ_LSP"]
# A hang guard: nothing here takes long.
PATIENCE = 120


@pytest.fixture
def server(tmp_path):
    """How the server is started: program, arguments, environment."""

    def of(*arguments, project="ecommerce"):
        root = REPOSITORY / "tests/projects" / project
        environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
        return PROGRAM, ["mcp", "--root", str(root), *arguments], environment

    return of
