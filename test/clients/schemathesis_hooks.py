"""Three checks in place of those that the contract does not keep: a cursor may be refused, another verb is 404, and an
amount that is a JSON number is read as its text.

SAID_IN_WORDS: patterns of the messages that a request which fits the schema may be refused with.
FIGURES: the file that counts go to.
"""
import atexit, collections, json, os, re

import schemathesis
from schemathesis.specs.openapi.checks import negative_data_rejection

said = [re.compile(pattern) for pattern in json.loads(os.environ["SAID_IN_WORDS"])]
cases = collections.Counter()
statuses = collections.Counter()
refused = collections.Counter()


@schemathesis.check
def refused_only_for_what_is_said(ctx, response, case):
    label = case.operation.label
    cases[label] += 1
    statuses[str(response.status_code)] += 1
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 400:
        return
    errors = response.json().get("errors") or [{"field": "", "message": response.text}]
    for error in errors:
        pattern = next((each.pattern for each in said if each.search(error["message"])), None)
        assert pattern is not None, f"{label}: fits the schema, is refused: {error}"
        refused[pattern] += 1


def has_number_amount(body):
    rules = body.get("rules") if isinstance(body, dict) else None
    given = rules.values() if isinstance(rules, dict) else []
    amounts = [rule.get(key) for rule in given if isinstance(rule, dict) for key in ("below", "recoverAt")]
    return any(isinstance(amount, (int, float)) for amount in amounts)


@schemathesis.check
def wrong_data_is_refused(ctx, response, case):
    if not has_number_amount(case.body):
        negative_data_rejection(ctx, response, case)


@schemathesis.check
def another_verb_is_not_found(ctx, response, case):
    scenario = getattr(getattr(getattr(case.meta, "phase", None), "data", None), "scenario", None)
    if getattr(scenario, "name", "") == "UNSPECIFIED_HTTP_METHOD":
        assert response.status_code in (401, 404), f"{response.request.method}: {response.status_code}"


@atexit.register
def write():
    with open(os.environ["FIGURES"], "w") as file:
        json.dump({"cases": cases, "statuses": statuses, "refused": refused}, file)
