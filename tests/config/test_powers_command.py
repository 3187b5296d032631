import json

from config import cli
from tongxin.people.powers import Power
from tongxin.people.roles import ROLES


def test_powers_prints_the_whole_matrix_as_one_json_object(capsys):
    assert cli.main(["powers", "--json"]) == 0
    matrix = json.loads(capsys.readouterr().out)["powers"]
    assert len(matrix) == len(ROLES) * len(Power)
    assert {"role": "teacher", "power": "call_roll", "scope": "handle", "reach": "own"} in matrix
    assert {"role": "teacher", "power": "see_people", "scope": "see", "reach": None} in matrix


def test_powers_prints_only_what_is_held_for_people(capsys):
    assert cli.main(["powers"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["role", "power", "scope", "reach"]
    assert len(lines) == 1 + sum(len(role.powers) for role in ROLES.values())
