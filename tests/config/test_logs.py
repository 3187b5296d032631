import json
import subprocess
import sys

import psycopg

from config.logs import describe

HEAD = "import logging, structlog; from config import logs; logs.configure()\n"


def logged(program):
    """The lines that a process of ours logs."""
    done = subprocess.run([sys.executable, "-c", HEAD + program], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_line_is_one_json_object_with_what_was_said():
    (line,) = logged('structlog.get_logger("tongxin.request").info("request", method="GET", status=200)')
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "request", "method": "GET", "status": 200, "level": "info", "logger": "tongxin.request"}


def test_exception_is_logged_without_its_words():
    program = """
def look_up():
    raise KeyError("张三 510000199001011234")
try:
    look_up()
except KeyError:
    logging.getLogger("anything").exception("it broke")
"""
    (line,) = logged(program)
    assert line["event"] == "it broke"
    assert line["error"] == {"type": "builtins.KeyError", "at": []}  # places in a program given with -c are none


def test_database_error_tells_state_and_constraint_only():
    problem = psycopg.errors.UniqueViolation("Key (phone)=(13800000000) already exists.")
    told = {"type": "psycopg.errors.UniqueViolation", "at": [], "sqlstate": None, "constraint": None}
    assert describe(problem) == told


def test_error_tells_where_in_the_code_it_arose_and_why():
    try:
        try:
            json.loads("{张三")
        except ValueError as problem:
            raise ModuleNotFoundError("No module named 'x'") from problem
    except ModuleNotFoundError as problem:
        told = describe(problem)
    assert told["message"] == "No module named 'x'"
    assert told["because"]["type"] == "json.decoder.JSONDecodeError"
    assert told["because"]["at"][-1].startswith("json/decoder.py:")
    assert "张三" not in json.dumps(told, ensure_ascii=False)


def test_arguments_of_jobs_are_not_logged():
    assert logged('logging.getLogger("procrastinate.worker").info("Job notices.send(phone=13800000000) ended")') == []
