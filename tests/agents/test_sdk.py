"""The Python SDK: the handshake of the old era and the discovery of the new one, all tools, resources, prompts, progress, cancelling."""

import asyncio
import json

import pytest

mcp = pytest.importorskip("mcp")
if not hasattr(mcp, "Client"):
    pytest.skip("this is the SDK of the old era", allow_module_level=True)

from calls import CALLS
from conftest import PATIENCE
from mcp import Client, StdioServerParameters

ERAS = ["legacy", "2026-07-28", "auto"]
SLOW = "select count(*) as n from range(10000000000) a, range(1000) b where a.range % 7 = b.range % 5"


def client(server, mode, *arguments, **options):
    program, args, environment = server(*arguments)
    return Client(StdioServerParameters(command=program, args=args, env=environment), mode=mode, **options)


def run(work):
    return asyncio.run(asyncio.wait_for(work, PATIENCE))


@pytest.mark.parametrize("mode", ERAS)
def test_all_tools(server, mode):
    async def work():
        async with client(server, mode) as session:
            tools = (await session.list_tools()).tools
            assert [tool.name for tool in tools] == [name for name, _ in CALLS]
            assert all(tool.annotations.read_only_hint for tool in tools)
            for name, arguments in CALLS:
                answer = await session.call_tool(name, arguments)
                assert not answer.is_error, (name, answer)
                assert json.loads(answer.content[0].text) == answer.structured_content, name
                assert len(answer.content[0].text) <= 24_000, name
            wrong = await session.call_tool("execute_query_plan", {"plan": {"from": "ordrs", "select": ["status"]}})
            assert wrong.is_error and wrong.structured_content["repaired_plan"]["from"] == "orders"

    run(work())


@pytest.mark.parametrize("mode", ERAS)
def test_resources_and_prompts(server, mode):
    async def work():
        async with client(server, mode) as session:
            assert [str(one.uri) for one in (await session.list_resources()).resources] == ["viz://guide"]
            templates = (await session.list_resource_templates()).resource_templates
            assert [one.uri_template for one in templates] == ["viz://finding/{code}", "viz://run/{run_id}"]
            guide = (await session.read_resource("viz://guide")).contents[0]
            assert guide.text.startswith("# Dashboards as code")
            page = (await session.read_resource("viz://finding/combination-syntax")).contents[0]
            assert page.mime_type == "text/markdown" and "combination-syntax" in page.text
            answer = await session.call_tool(*CALLS[2])
            run_id = answer.structured_content["run_id"]
            record = json.loads((await session.read_resource(f"viz://run/{run_id}")).contents[0].text)
            assert record["rows"] == answer.structured_content["rows"]
            with pytest.raises(Exception, match="nothing at"):
                await session.read_resource("viz://finding/no-such")
            prompts = (await session.list_prompts()).prompts
            assert [one.name for one in prompts] == ["fix_findings", "make_input_safe", "explore_dataset"]
            words = (await session.get_prompt("explore_dataset", {"dataset": "orders"})).messages[0].content.text
            assert "`orders`" in words and "\n- " in words, "its suggested questions are in it"
            with pytest.raises(Exception, match="did you mean"):
                await session.get_prompt("make_input_safe", {"input": "regoin"})

    run(work())


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
def test_progress_is_told(server, mode):
    async def work():
        told = []

        async def progress(done, total, message):
            told.append((done, message))

        async with client(server, mode) as session:
            await session.call_tool("check_project", {}, progress_callback=progress)
        assert told and all("check" in message or "still" in message for _, message in told), told
        assert [done for done, _ in told] == sorted({done for done, _ in told}), "it only grows"

    run(work())


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
def test_a_long_run_tells_that_it_runs_and_can_be_called_off(server, mode):
    async def work():
        pulse = asyncio.Event()

        async def progress(done, total, message):
            pulse.set()

        async with client(server, mode) as session:
            slow = {"dataset": "orders", "sql": SLOW}
            call = asyncio.create_task(session.call_tool("execute_sql", slow, progress_callback=progress))
            await pulse.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            # Others are answered while it runs and after.
            answer = await session.call_tool(*CALLS[3])
            assert not answer.is_error, answer

    run(work())


def test_two_in_flight(server):
    async def work():
        async with client(server, "legacy") as session:
            answers = await asyncio.gather(*(session.call_tool(*CALLS[at]) for at in (2, 3, 2, 0)))
            assert [answer.is_error for answer in answers] == [False] * 4
            assert answers[0].structured_content["rows"] == answers[2].structured_content["rows"]

    run(work())


def test_writing_is_announced_where_it_is_allowed(server):
    async def work():
        async with client(server, "legacy", "--allow-writes") as session:
            hints = {tool.name: tool.annotations.read_only_hint for tool in (await session.list_tools()).tools}
            assert [name for name, reads in hints.items() if not reads] == ["preview_fix"]

    run(work())
