"""LangChain's adapters with a scripted chat model: it asks the five tools about data, and sends the repaired plan where its own was wrong."""

import asyncio
import json

import pytest

pytest.importorskip("langchain_mcp_adapters")

from conftest import PATIENCE
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_mcp_adapters.client import MultiServerMCPClient

PLAN = {"from": "ordrs", "selct": ["status", "count(*)"], "where": [{"column": "status", "op": "equals", "value": "shipped"}]}


def told(message):
    """The JSON of a tool's answer, in whatever form the adapter has it."""
    content = message.content
    if isinstance(content, list):
        content = "".join(block["text"] for block in content if block.get("type") == "text")
    return json.loads(content[content.index("{"):])


class Scripted(BaseChatModel):
    """Says what is next, by what came back last."""

    @property
    def _llm_type(self):
        return "scripted"

    def bind_tools(self, tools, **_):
        assert {"list_datasets", "get_schema", "execute_query_plan", "execute_sql", "get_run_status"} <= {tool.name for tool in tools}
        return self

    def _generate(self, messages, stop=None, run_manager=None, **_):
        answers = [message for message in messages if isinstance(message, ToolMessage)]
        last = told(answers[-1]) if answers else None
        if not answers:
            said = self.call("list_datasets", {})
        elif answers[-1].name == "list_datasets":
            said = self.call("get_schema", {"dataset": last["models"][0]["name"]})
        elif answers[-1].name == "get_schema":
            said = self.call("execute_query_plan", {"plan": PLAN, "question": "how many orders are on their way?"})
        elif last.get("status") == "invalid":
            said = self.call("execute_query_plan", {"plan": last["repaired_plan"]})
        elif answers[-1].name == "execute_query_plan":
            said = self.call("execute_sql", {"dataset": "orders", "sql": "select count(*) as n from orders where status = 'shipped'"})
        elif answers[-1].name == "execute_sql":
            said = self.call("get_run_status", {"run_id": last["run_id"]})
        else:
            said = AIMessage(f"there are {last['rows'][0][0]}")
        return ChatResult(generations=[ChatGeneration(message=said)])

    @staticmethod
    def call(name, arguments):
        return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": name, "type": "tool_call"}])


def test_an_agent_asks_and_mends(server):
    async def work():
        program, arguments, environment = server()
        how = {"command": program, "args": arguments, "env": environment, "transport": "stdio"}
        client = MultiServerMCPClient({"viz": how}, handle_tool_errors=True)
        tools = await client.get_tools()
        agent = create_agent(Scripted(), tools)
        said = await agent.ainvoke({"messages": [{"role": "user", "content": "how many orders are on their way?"}]})
        answers = [message for message in said["messages"] if isinstance(message, ToolMessage)]
        names = ["list_datasets", "get_schema", "execute_query_plan", "execute_query_plan", "execute_sql", "get_run_status"]
        assert [answer.name for answer in answers] == names
        wrong, right, counted = (told(answers[at]) for at in (2, 3, 4))
        assert wrong["status"] == "invalid" and right["status"] == "ok"
        assert right["rows"][0][1] == counted["rows"][0][0]
        assert said["messages"][-1].content == f"there are {counted['rows'][0][0]}"

    asyncio.run(asyncio.wait_for(work(), PATIENCE))


def test_the_sdk_of_the_old_era(server):
    from calls import CALLS
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    async def work():
        program, arguments, environment = server()
        parameters = StdioServerParameters(command=program, args=arguments, env=environment)
        async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
            hello = await session.initialize()
            assert hello.serverInfo.name == "viz-lsp" and hello.protocolVersion == "2025-11-25"
            for name, call in CALLS:
                answer = await session.call_tool(name, call)
                assert not answer.isError and json.loads(answer.content[0].text) == answer.structuredContent, name

    asyncio.run(asyncio.wait_for(work(), PATIENCE))
