"""Flows 04 and 05 are the same load, started in two ways."""

import yaml

from tests.flows.taxis import source

OWN = {"needs_a_schedule"}
SHARED = ("pluginDefaults", "finally", "afterExecution", "outputs")


def test_the_two_flows_load_in_the_same_way():
    by_hand, scheduled = (yaml.safe_load(source(name)) for name in ("04_postgres_taxi", "05_postgres_taxi_scheduled"))
    assert [task for task in scheduled["tasks"] if task["id"] not in OWN] == by_hand["tasks"]
    assert {key: scheduled[key] for key in SHARED} == {key: by_hand[key] for key in SHARED}
    own_file = {"file": by_hand["variables"]["file"]}
    assert {**scheduled["variables"], **own_file} == by_hand["variables"]
