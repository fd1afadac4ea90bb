"""The record as JSON, and the schema that ships."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources

import pytest
from hypothesis import HealthCheck, example, given, settings
from jsonschema import Draft202012Validator

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.generation import Usage
from orch_lsp.runs.schema import FIELDS, from_json, json_schema, json_schema_text, to_dict, to_json
from tests.fakes.records import applied, completed, failed, queued, records, running

shipped = resources.files("orch_lsp.runs").joinpath("run.schema.json")
validator = Draft202012Validator(json.loads(shipped.read_text("utf-8")))


@given(records)
@example(replace(completed(), usage=Usage(raw={"\udfcd": {"\ud800": "\udfff"}})))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_record_survives_json_and_fits_the_schema(record):
    text = to_json(record)
    assert text.isascii()
    assert len(text.splitlines()) == 1
    assert from_json(text) == record
    validator.validate(json.loads(text))


def test_the_shipped_schema_equals_the_models():
    assert shipped.read_text("utf-8") == json_schema_text()
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("record", [queued(), running(), completed(), applied(completed()), failed()])
def test_keys_come_in_the_documented_order_and_all_are_present(record):
    assert tuple(to_dict(record)) == FIELDS
    assert tuple(json.loads(to_json(record))) == FIELDS


def test_the_schema_refuses_what_is_no_record():
    values = to_dict(completed())
    assert not validator.is_valid({**values, "status": "done"})
    assert not validator.is_valid({**values, "schema": "orch.run/2"})
    del values["run_id"]
    assert not validator.is_valid(values)


def of_a_later_version(record):
    """The record's JSON as a later version might write it, with keys on every level."""
    values = to_dict(record)
    values["mood"] = {"of": ["the day", None]}
    values["unknown_keys"] = {"even": "this"}
    values["draft"]["colour"] = "red"
    values["draft"]["sections"][1]["reason"] = "too long"
    values["steps"][1]["branches"] = ["goal"]
    values["steps"][1]["attempts"][0]["trace"] = {"id": 1}
    values["context"]["budget"] = 9000
    values["usage"]["audio_tokens"] = 7
    values["owner"]["ticks"] = 3
    return values


def test_keys_of_a_later_version_are_read_over_and_written_back_as_they_came():
    values = of_a_later_version(completed("text", ("goal", "G"), ("tasks", "T")))
    record = from_json(json.dumps(values))
    assert replace(record, unknown_keys={}) == from_json(json.dumps(to_dict(replace(record, unknown_keys={}))))
    assert to_dict(record) == values
    validator.validate(values)


def test_keys_of_a_later_version_stay_with_what_they_belong_to():
    record = from_json(json.dumps(of_a_later_version(completed("text", ("goal", "G"), ("tasks", "T")))))
    first, second, *_ = record.steps
    changed = to_dict(replace(record, steps=(second, replace(first, id="read"), first), draft=None, usage=None))
    assert changed["steps"][0]["branches"] == ["goal"]
    assert changed["steps"][0]["attempts"][0]["trace"] == {"id": 1}
    assert "branches" not in changed["steps"][1]
    assert changed["draft"] is None
    assert changed["usage"] is None


def test_a_key_that_this_version_writes_is_not_overwritten_by_an_older_value():
    record = from_json(json.dumps(of_a_later_version(completed("text", ("goal", "G"), ("tasks", "T")))))
    assert to_dict(replace(record, command="retry"))["command"] == "retry"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"schema":"orch.run/1"}', "[" * 100_000, '{"run_id": NaN}'],
)
def test_what_is_not_a_record_is_a_store_error(text):
    with pytest.raises(StoreError) as caught:
        from_json(text)
    assert caught.value.code == ErrorCode.STORE_ERROR


def test_a_wrong_value_is_named_but_not_repeated():
    values = to_dict(completed())
    values["spec"]["path"] = ["canary-value"]
    with pytest.raises(StoreError, match=r"spec\.path") as caught:
        from_json(json.dumps(values))
    assert "canary-value" not in caught.value.message


def test_another_major_version_is_refused():
    values = {**to_dict(completed()), "schema": "orch.run/2"}
    with pytest.raises(StoreError, match=r"orch\.run/2"):
        from_json(json.dumps(values))


def test_a_number_that_json_does_not_have_is_unknown():
    record = from_json(to_json(replace(completed(), usage=Usage(raw={"x": float("nan")}))))
    assert record.usage == Usage(raw={"x": None})


def test_a_value_without_a_json_form_is_a_store_error():
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    for value in (object(), nested):
        with pytest.raises(StoreError):
            to_json(replace(completed(), usage=Usage(raw={"x": value})))
