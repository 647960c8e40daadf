"""Asks the DuckDB that is installed here: reads questions from stdin and answers to stdout, as JSON."""

import json
import sys

import duckdb


def parsed(connection, texts):
    """What its parser says of each text: `null`, or what the syntax error is near to (other errors: their text)."""
    out = []
    for text in texts:
        try:
            found = connection.extract_statements(text)
            select = all(str(one.type).endswith("SELECT") for one in found)
            out.append(None if found and select else "")
        except Exception as error:
            message = str(error).split("\n")[0]
            out.append(message.partition(' at or near "')[2].removesuffix('"') if " at or near " in message else "! " + message)
    return out


def bound(connection, texts):
    """Whether its binder takes each text; else its error."""
    out = []
    for text in texts:
        try:
            connection.sql(text).columns
            out.append(None)
        except Exception as error:
            out.append(str(error).split("\n")[0])
    return out


def main():
    connection = duckdb.connect()
    question = json.load(sys.stdin)
    answers = {
        "version": lambda: duckdb.__version__,
        "parse": lambda: parsed(connection, question["texts"]),
        "bind": lambda: bound(connection, question["texts"]),
        "query": lambda: connection.sql(question["sql"]).fetchall(),
    }
    json.dump(answers[question["what"]](), sys.stdout)


if __name__ == "__main__":
    main()
