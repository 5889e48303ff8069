"""Makes calls by the client that openapi-python-client generated, and prints what its types show.

usage: client.py FOLDER CALLS URL TOKEN
"""
import datetime, enum, importlib, inspect, json, re, sys, typing

folder, calls, url, token = sys.argv[1:]
sys.path.insert(0, folder)
package = importlib.import_module("client")
unset = importlib.import_module("client.types").Unset


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda m: "_" + m.group(1).lower(), name)


def typed(value, annotation):
    """A value in the type that the generated function wants."""
    for choice in [one for one in typing.get_args(annotation) or (annotation,) if one is not unset]:
        if inspect.isclass(choice) and issubclass(choice, enum.Enum):
            return choice(value)
        if choice is datetime.datetime:
            return datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        if choice is datetime.date:
            return datetime.date.fromisoformat(value)
        if hasattr(choice, "from_dict"):
            return choice.from_dict(value)
    return value


def untyped(model, path: str) -> list:
    """The paths that the server sent and no type of the client knows."""
    if isinstance(model, list):
        return [name for item in model for name in untyped(item, path + "[]")]
    if not hasattr(type(model), "__attrs_attrs__"):
        return []
    found = [f"{path}.{name}" for name in getattr(model, "additional_properties", {}) if is_plain(model, name)]
    for field in type(model).__attrs_attrs__:
        found += untyped(getattr(model, field.name), f"{path}.{field.name}")
    return found


def is_plain(model, name: str) -> bool:
    """A map of named values has typed values for its additional properties."""
    return not hasattr(type(model.additional_properties[name]), "__attrs_attrs__")


def made(call):
    module = importlib.import_module(f"client.api.{call['tag'].lower()}.{snake(call['operationId'])}")
    annotations = typing.get_type_hints(module.sync_detailed)
    given = {**call.get("pathParameters", {}), **call.get("query", {})}
    arguments = {name + "_" if name == "from" else snake(name): value for name, value in given.items()}
    if "body" in call:
        arguments["body"] = call["body"]
    arguments = {name: typed(value, annotations[name]) for name, value in arguments.items()}
    client = package.AuthenticatedClient(base_url=url, token=token)
    answer = module.sync_detailed(client=client, **arguments)
    body = answer.parsed
    shown = None if body is None or not hasattr(body, "to_dict") else body.to_dict()
    return {"name": call["name"], "status": int(answer.status_code), "body": shown, "untyped": untyped(body, "")}


with open(calls) as file:
    print(json.dumps([made(call) for call in json.load(file)]))
