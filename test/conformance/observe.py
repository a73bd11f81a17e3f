"""Writes down what agno 3.1.10 does with cases: the observations that this folder compares with.

    python3 -m venv DIR && DIR/bin/pip install agno==3.1.10 cel-python sqlalchemy
    DIR/bin/python test/conformance/observe.py CASES.json OBSERVED.json
"""

import copy
import json
import logging
import os
import sys
import threading

os.environ.setdefault("AGNO_TELEMETRY", "false")

from agno.agent import Agent
from agno.db.in_memory import InMemoryDb
from agno.models.base import Model
from agno.models.response import ModelResponse
from agno.run.requirement import RunRequirement
from agno.team import Team
from agno.tools.function import Function
from agno.workflow import (
    Condition, HumanReview, Loop, Parallel, Router, Step, StepInput, StepOutput, Steps, Workflow, pause,
)

logging.disable(logging.CRITICAL)

LISTS = [
    "steps_requiring_confirmation", "steps_requiring_user_input", "steps_requiring_output_review",
    "steps_requiring_route", "steps_requiring_executor_resolution", "steps_with_errors",
]


def plain(value):
    """The value where JSON can hold it, else its text."""
    try:
        json.dumps(value)
        return value
    except (TypeError, ValueError):
        return str(value)


def value_of(maybe_enum):
    return getattr(maybe_enum, "value", maybe_enum)


class Record:
    """What was called, in its order, and how often each step has run."""

    def __init__(self):
        self.calls = []
        self.counts = {}
        self.lock = threading.Lock()

    def step(self, name, step_input):
        with self.lock:
            call = self.counts[name] = self.counts.get(name, 0) + 1
            self.calls.append({
                "step": name,
                "call": call,
                "input": plain(step_input.input),
                "prev": plain(step_input.previous_step_content),
                "prev_keys": list(step_input.previous_step_outputs or {}),
                "additional_data": plain(copy.deepcopy(step_input.additional_data)),
            })
            return call


def function(node, record):
    """The function of `do`."""
    name, do = node.get("name"), node["do"]
    kind = do["fn"]

    def result(step_input, n):
        data = step_input.additional_data
        if kind == "fail" and (do.get("times") is None or n <= do["times"]):
            raise ValueError(f"{name} boom {n}")
        if kind == "plain":
            return f"{name}#{n}"
        if kind == "soft_fail":
            return StepOutput(content=f"{name}#{n}", success=False, error="soft")
        if kind == "stop":
            return StepOutput(content=f"{name}#{n}", stop=True)
        contents = {
            "trace": lambda: f"{name}#{n}",
            "fail": lambda: f"{name}#{n}",
            "chain": lambda: f"{name}#{n}<{step_input.previous_step_content}>",
            "const": lambda: do.get("value"),
            "all_prev": lambda: step_input.get_all_previous_content(),
            "get": lambda: json.dumps(step_input.get_step_content(do["of"])),
            "need_input": lambda: json.dumps((data or {}).get("user_input")),
            "need_additional": lambda: json.dumps(data, default=str),
        }
        return StepOutput(content=contents[kind]())

    def run(step_input: StepInput):
        return result(step_input, record.step(name, step_input))

    def count(step_input: StepInput, run_context):
        record.step(name, step_input)
        state = run_context.session_state
        state["count"] = state.get("count", 0) + 1
        return StepOutput(content=f"{name} count={state['count']}")

    chosen = count if kind == "state" else run
    if name:
        chosen.__name__ = name
    return pause(**node["pause"])(chosen) if node.get("pause") else chosen


class ScriptedModel(Model):
    """Says what its script says, turn by turn; the last one again and again."""

    def __init__(self, label, script, record):
        super().__init__(id=f"scripted-{label}", name="scripted", provider="scripted")
        self.label, self.script, self.record = label, script, record
        self.turn = self.called = 0

    def invoke(self, *args, messages=None, **kwargs):
        given = messages if messages is not None else args[0]
        self.record.calls.append({
            "model": self.label,
            "user": plain(next((each.content for each in given if each.role == "user"), None)),
            "tool_results": [str(each.content) for each in given if each.role == "tool"],
        })
        turn = self.script[min(self.turn, len(self.script) - 1)]
        self.turn += 1
        if "raise" in turn:
            raise RuntimeError(str(turn["raise"]))
        if "say" in turn:
            return ModelResponse(role="assistant", content=str(turn["say"]))
        return ModelResponse(role="assistant", tool_calls=[self.call(each) for each in turn.get("tools") or [turn]])

    def call(self, planned):
        self.called += 1
        arguments = json.dumps(planned.get("args") or {})
        return {
            "id": f"{self.label}-{self.called}",
            "type": "function",
            "function": {"name": planned["tool"], "arguments": arguments},
        }

    async def ainvoke(self, *args, **kwargs):
        return self.invoke(*args, **kwargs)

    def invoke_stream(self, *args, **kwargs):
        yield self.invoke(*args, **kwargs)

    async def ainvoke_stream(self, *args, **kwargs):
        yield self.invoke(*args, **kwargs)

    def _parse_provider_response(self, response, **kwargs):
        return response

    def _parse_provider_response_delta(self, response):
        return response


def tool(spec, record):
    name, params = spec["name"], spec.get("params") or ["q"]

    def called(**args):
        record.calls.append({"tool": name, "args": args})
        return f"{name} ok {','.join(str(args.get(param)) for param in params)}"

    # agno reads the parameters off the function.
    scope = {"called": called}
    given = ", ".join(f"{param}={param}" for param in params)
    exec(f"def {name}({', '.join(f'{param}: str' for param in params)}) -> str:\n  return called({given})", scope)
    made = Function.from_callable(scope[name])
    gate = spec.get("hitl")
    made.requires_confirmation = gate == "confirm"
    made.external_execution = gate == "external"
    if gate == "input":
        made.requires_user_input, made.user_input_fields = True, spec.get("fields") or params
    return made


def tools(spec, record):
    return [tool(each, record) for each in spec.get("tools") or []]


def agent(name, label, spec, record, db):
    model = ScriptedModel(label, spec["script"], record)
    return Agent(name=name, model=model, tools=tools(spec, record), db=db, telemetry=False)


def team(name, spec, record, db):
    members = [agent(each["name"], each["name"], each.get("agent") or each, record, db) for each in spec["members"]]
    model = ScriptedModel(name, spec["script"], record)
    own = spec.get("name") or f"{name}_team"
    return Team(name=own, model=model, members=members, tools=tools(spec, record), db=db, telemetry=False)


def review(node):
    fields = dict(node.get("hr") or {})
    rule = fields.get("requires_output_review")
    if isinstance(rule, dict):
        fields["requires_output_review"] = lambda output: rule["contains"] in str(output.content)
    return {"human_review": HumanReview(**fields)} if node.get("hr") is not None else {}


def step(node, record, db):
    name = node["name"]
    options = {
        "name": name,
        "max_retries": node.get("max_retries", 0),
        "skip_on_failure": node.get("skip_on_failure", False),
        **review(node),
    }
    if "workflow" in node:
        nested = node["workflow"]
        steps = nodes(nested["steps"], record, db)
        return Step(workflow=Workflow(name=nested.get("name") or f"{name}_wf", steps=steps, db=db, telemetry=False), **options)
    if "agent" in node:
        return Step(agent=agent(f"{name}_agent", name, node["agent"], record, db), **options)
    if "team" in node:
        return Step(team=team(name, node["team"], record, db), **options)
    return Step(executor=function(node, record), **options)


def loop(node, record, db):
    options = {ours: node[theirs] for theirs, ours in LOOP_OPTIONS.items() if theirs in node}
    end = node.get("end")
    if isinstance(end, str):
        options["end_condition"] = end
    elif end:
        options["end_condition"] = lambda outputs: any(end["contains"] in str(each.content) for each in outputs)
    return Loop(name=node["name"], steps=nodes(node["steps"], record, db), **options, **review(node))


LOOP_OPTIONS = {"max_iterations": "max_iterations", "forward": "forward_iteration_output"}


def condition(node, record, db):
    options = {}
    if "evaluator" in node:
        given = node["evaluator"]

        def evaluator(step_input: StepInput):
            return given["prev_contains"] in str(step_input.previous_step_content)

        options["evaluator"] = evaluator if isinstance(given, dict) else given
    if node.get("else_steps") is not None:
        options["else_steps"] = nodes(node["else_steps"], record, db)
    return Condition(name=node["name"], steps=nodes(node["steps"], record, db), **options, **review(node))


def router(node, record, db):
    selector = node.get("selector")
    options = {}
    if selector is not None:
        options["selector"] = selector if isinstance(selector, str) else lambda step_input: list(selector)
    return Router(name=node["name"], choices=nodes(node["choices"], record, db), **options, **review(node))


KINDS = {
    "fn": lambda node, record, db: function(node, record),
    "step": step,
    "steps": lambda node, *to: Steps(name=node["name"], steps=nodes(node["steps"], *to), **review(node)),
    "parallel": lambda node, *to: Parallel(*nodes(node["steps"], *to), name=node["name"], **review(node)),
    "loop": loop,
    "condition": condition,
    "router": router,
}


def nodes(given, record, db):
    """A list among the choices of a Router stays one."""
    return [
        nodes(node, record, db) if isinstance(node, list) else KINDS[node.get("k", "step")](node, record, db)
        for node in given
    ]


def tool_requirements(requirement):
    given = requirement.executor_requirements or []
    return [RunRequirement.from_dict(each) if isinstance(each, dict) else each for each in given]


def kind_of(requirement):
    if requirement.requires_executor_input:
        return "executor"
    if requirement.requires_output_review:
        return "iteration_review" if value_of(requirement.step_type) == "Loop" else "output_review"
    if requirement.requires_route_selection:
        return "route"
    asked = {"confirmation": requirement.requires_confirmation, "user_input": requirement.requires_user_input}
    return "+".join(kind for kind, is_asked in asked.items() if is_asked)


def described(run):
    """The question that waits, and what is compared of it."""
    if run.steps_with_errors:
        error = run.steps_with_errors[-1]
        return error, {"kind": "error", "step": error.step_name, "retry_count": error.retry_count}
    asked = run.step_requirements[-1]
    of_review = asked.output_review_message if asked.requires_output_review else None
    fields = {
        "kind": kind_of(asked),
        "step": asked.step_name,
        "step_type": value_of(asked.step_type),
        "retry_count": asked.retry_count,
        "message": of_review or asked.user_input_message or asked.confirmation_message,
    }
    if asked.available_choices:
        fields["available_choices"] = asked.available_choices
    if asked.requires_executor_input:
        fields["tools"] = [
            {"tool": tool.tool_name, "args": copy.deepcopy(tool.tool_args), "member": each.member_agent_name}
            for each in tool_requirements(asked)
            for tool in [each.tool_execution]
        ]
    return asked, fields


def only(action, key):
    return [action[key]] if action.get(key) is not None else []


def listed(action):
    given = action.get("choices", action.get("choice"))
    return given if isinstance(given, list) else [given]


ACTIONS = {
    "none": lambda asked, action: None,
    "confirm": lambda asked, action: asked.confirm(),
    "reject": lambda asked, action: asked.reject(*only(action, "feedback")),
    "edit": lambda asked, action: asked.edit(action["value"]),
    "input": lambda asked, action: asked.set_user_input(**action["values"]),
    "select": lambda asked, action: asked.select(*listed(action)),
    "select_single": lambda asked, action: asked.select_single(listed(action)[0]),
    "select_multiple": lambda asked, action: asked.select_multiple(listed(action)),
    "retry": lambda asked, action: asked.retry(),
    "skip": lambda asked, action: asked.skip(),
}

TOOL_ACTIONS = {
    "tool_confirm": lambda call, action: call.confirm(),
    "tool_reject": lambda call, action: call.reject(*only(action, "note")),
    "tool_input": lambda call, action: call.provide_user_input(action["values"]),
    "tool_result": lambda call, action: call.set_external_execution_result(action["result"]),
}


def answer(asked, actions):
    """One action on tools is for all calls, several are for one each. Returns the errors of those that were refused."""
    errors = []
    is_each = sum(action["do"] in TOOL_ACTIONS for action in actions) > 1
    for index, action in enumerate(actions):
        try:
            if action["do"] in TOOL_ACTIONS:
                calls = asked.executor_requirements = tool_requirements(asked)
                for call in calls[index : index + 1] if is_each else calls:
                    TOOL_ACTIONS[action["do"]](call, action)
            else:
                ACTIONS[action["do"]](asked, action)
        except ValueError as error:
            errors.append(f"ValueError: {error}")
    return errors


def output(given):
    if isinstance(given, list):
        return {"name": None, "type": None, "steps": [output(each) for each in given]}
    fields = {
        "name": given.step_name,
        "type": str(value_of(given.step_type)),
        "content": plain(given.content),
        "success": given.success,
    }
    if given.error:
        fields["error"] = str(given.error)
    if given.steps:
        fields["steps"] = [output(each) for each in given.steps]
    return fields


def ended(run):
    results = [output(each) for each in run.step_results]
    return {"status": value_of(run.status), "content": plain(run.content), "step_results": results}


def last_run(workflow):
    """Of a run whose call raised."""
    session = workflow.get_session(session_id="s")
    return session.runs[-1] if session and session.runs else None


def named(error):
    return f"{type(error).__name__}: {error}"


def observe(case):
    record, db = Record(), InMemoryDb()
    spec = case["workflow"]
    try:
        steps = nodes(spec["steps"], record, db)
        state = copy.deepcopy(spec.get("session_state"))
        workflow = Workflow(name=case["id"], steps=steps, db=db, session_id="s", session_state=state, telemetry=False)
    except Exception as error:
        return {"construction_error": named(error)}
    seen = {"pauses": []}
    try:
        given = copy.deepcopy(case.get("run_kwargs") or {})
        run = workflow.run(input=case.get("input", "IN"), session_id="s", **given)
    except Exception as error:
        seen["run_error"] = named(error)
        run = last_run(workflow)
    for entry in case["answers"]:
        if run is None or value_of(run.status) != "PAUSED":
            break
        asked, active = described(run)
        at = {
            "pause_kind": value_of(run.pause_kind),
            "paused_step_name": run.paused_step_name,
            "lists": {name: [each.step_name for each in getattr(run, name)] for name in LISTS if getattr(run, name)},
            "n_step_requirements": len(run.step_requirements or []),
            "active": active,
        }
        errors = answer(asked, entry if isinstance(entry, list) else [entry])
        seen["pauses"].append({**at, "answer_errors": errors} if errors else at)
        try:
            run = workflow.continue_run(run)
        except Exception as error:
            seen["pauses"][-1]["continue_error"] = named(error)
            if "Cannot continue" not in str(error):
                run = last_run(workflow) or run
            break
    return {**seen, **({"final": ended(run)} if run is not None else {}), "calls": record.calls}


if __name__ == "__main__":
    cases_path, observed_path = sys.argv[1:]
    with open(cases_path) as file:
        cases = json.load(file)
    lines = [f" {json.dumps(case['id'])}: {json.dumps(observe(case), default=str)}" for case in cases]
    with open(observed_path, "w") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")
