"""docs/api/openapi.yaml against web/routes.def: each route of the API is described with its method and its parameters, and
nothing else is; whose it is agrees; each reference leads somewhere; each problem of web/problem.def is named, and no other."""
import pathlib
import re
import sys

import yaml

DOCUMENT = pathlib.Path("docs/api/openapi.yaml")
ROUTE = re.compile(r'^ROUTE\((\w+), "([^"]+)", \w+, (\w+), ([\w |]+), "([^"]*)"\)$', re.MULTILINE)
TAG_OF = {"DEPARTMENT": "department", "OPERATOR": "operator"}


def routes():
    """(path, method) → (who, names of the parameters in the query)."""
    found = {}
    for method, path, who, how, parameters in ROUTE.findall(pathlib.Path("web/routes.def").read_text(encoding="utf-8")):
        if "PAGE" not in how:
            found[path, method.lower()] = who, set(parameters.split())
    return found


def referred(document, node):
    """What a reference stands for; None when it leads nowhere."""
    for part in node["$ref"].removeprefix("#/").split("/"):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def parameters_of(document, operation, place):
    listed = [referred(document, p) or {} if "$ref" in p else p for p in operation.get("parameters", [])]
    return {p.get("name") for p in listed if p.get("in") == place}


def faults_of_routes(document, expected):
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    for path, method in sorted(described - expected.keys()):
        yield f"{method} {path} is described, and web/routes.def has no such route"
    for path, method in sorted(expected.keys() - described):
        yield f"{method} {path} is a route and not described"
    for path, method in sorted(described & expected.keys()):
        operation, (who, query) = document["paths"][path][method], expected[path, method]
        here = f"{method} {path}"
        if "summary" not in operation or not operation.get("responses"):
            yield f"{here}: wants a summary and responses"
        for place, names in (("query", query), ("path", set(re.findall(r"\{(\w+)\}", path)))):
            said = parameters_of(document, operation, place)
            for name in sorted(names - said):
                yield f"{here}: the parameter {name} is not described"
            for name in sorted(said - names):
                yield f"{here}: the parameter {name} is described, and the route does not take it"
        tags = operation.get("tags", [])
        if who in TAG_OF and tags != [TAG_OF[who]] or who not in TAG_OF and tags not in (["public"], ["health"]):
            yield f"{here}: the tags {tags} are not for {who}"
        if ("security" in operation) != (who == "DEPARTMENT"):
            yield f"{here}: a key is for routes of departments"


def faults_of_problems(document):
    table = pathlib.Path("web/problem.def").read_text(encoding="utf-8")
    expected = {(code, status) for code, status in re.findall(r'^PROBLEM\(\w+, "([^"]+)", (\d+),', table, re.MULTILINE)}
    text = document["components"]["schemas"]["Problem"]["properties"]["type"]["description"].split("one of:")[1]
    said = {(code.strip(), status) for codes, status in re.findall(r"([^()]+)\((\d+)\)", text)
            for code in codes.strip("; \n").split(",")}
    for code, status in sorted(expected - said):
        yield f"the problem {code} ({status}) is not named in components/schemas/Problem"
    for code, status in sorted(said - expected):
        yield f"the problem {code} ({status}) is named, and web/problem.def has no such one"


def main():
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    expected = routes()
    if len(expected) < 20:
        sys.exit("web/routes.def is not read as it is written")
    faults = [*faults_of_routes(document, expected), *faults_of_problems(document)]
    faults += [f"{node['$ref']} leads nowhere" for node in references(document) if referred(document, node) is None]
    for fault in faults:
        print(f"{DOCUMENT}: {fault}")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
