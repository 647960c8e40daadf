"""The command line of the protocol's own inspector."""

import json
import os
import subprocess

import pytest
from calls import CALLS
from conftest import PATIENCE

INSPECTOR = os.environ.get("VIZ_LSP_INSPECTOR")
pytestmark = pytest.mark.skipif(not INSPECTOR, reason="VIZ_LSP_INSPECTOR names no inspector")


def inspect(server, *arguments):
    program, of_server, environment = server()
    command = [INSPECTOR, "--cli", program, *of_server, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def test_tools_are_listed(server):
    tools = inspect(server, "--method", "tools/list")["tools"]
    assert [tool["name"] for tool in tools] == [name for name, _ in CALLS]


def test_a_tool_is_called(server):
    call = ["--method", "tools/call", "--tool-name", "get_schema", "--tool-arg", "dataset=orders", "--tool-arg", "detail=brief"]
    answer = inspect(server, *call)
    assert answer["structuredContent"]["dataset"] == "orders"
    plan = json.dumps({"from": "orders", "select": ["count(*)"]})
    answer = inspect(server, "--method", "tools/call", "--tool-name", "execute_query_plan", "--tool-arg", f"plan={plan}")
    assert answer["structuredContent"]["status"] == "ok", answer


def test_resources_and_prompts(server):
    assert [one["uri"] for one in inspect(server, "--method", "resources/list")["resources"]] == ["viz://guide"]
    assert len(inspect(server, "--method", "prompts/list")["prompts"]) == 3
