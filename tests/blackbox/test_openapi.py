"""What the register answers is what docs/api/openapi.yaml says of it: no member is left undescribed, none that must be there
is missing, and every member that is described is in some answer."""
import json

import pytest
import yaml

from register import PENALTY, REGISTRATION, SOURCE, as_csv, penalty, registration, uscc, wrong

DOCUMENT = yaml.safe_load((SOURCE / "docs/api/openapi.yaml").read_text(encoding="utf-8"))
KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}


class Reading:
    """Compares values with schemas, and remembers which members were met."""

    def __init__(self):
        self.met = set()
        self.described = set()

    def schema(self, schema):
        """One flat schema: references followed, allOf joined."""
        if "$ref" in schema:
            node = DOCUMENT
            for part in schema["$ref"].removeprefix("#/").split("/"):
                node = node[part]
            return self.schema(node)
        flat = {k: v for k, v in schema.items() if k != "allOf"}
        for part in map(self.schema, schema.get("allOf", [])):
            flat = {**part, **flat, "properties": {**part.get("properties", {}), **flat.get("properties", {})},
                    "required": [*part.get("required", []), *flat.get("required", [])]}
        return flat

    def describe(self, schema, where):
        flat = self.schema(schema)
        for name, member in flat.get("properties", {}).items():
            self.described.add(f"{where}/{name}")
            self.describe(member, f"{where}/{name}")
        for inner, mark in (("items", "[]"), ("additionalProperties", "{}")):
            if isinstance(flat.get(inner), dict):
                self.describe(flat[inner], where + mark)

    def compare(self, schema, value, where):
        flat = self.schema(schema)
        kinds = flat.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        assert not kinds or any(isinstance(value, KINDS[k]) for k in kinds), f"{where}: {value!r} is not {kinds}"
        assert value in flat.get("enum", [value]) and value == flat.get("const", value), f"{where}: {value!r}"
        if isinstance(value, list):
            for one in value:
                self.compare(flat.get("items", {}), one, where + "[]")
        if not isinstance(value, dict):
            return
        missing = set(flat.get("required", [])) - value.keys()
        assert not missing, f"{where}: {missing} must be there"
        for name, one in value.items():
            if name in flat.get("properties", {}):
                self.met.add(f"{where}/{name}")
                self.compare(flat["properties"][name], one, f"{where}/{name}")
            elif isinstance(flat.get("additionalProperties"), dict):
                self.compare(flat["additionalProperties"], one, where + "{}")
            else:
                assert "properties" not in flat, f"{where}: {name} is not described"


@pytest.fixture(scope="module")
def filled(register):
    """Records, findings, receipts of every kind, and what ends."""
    code = uscc(1)
    register.submit(REGISTRATION, as_csv([registration(1, 企业名称="样例市甲贸易有限公司", 注册资本="500万元")]))
    register.submit(REGISTRATION, as_csv([registration(1, 企业名称="样例市乙贸易有限公司", 注册资本="500万元",
                                                     工商注册号="440101000000015")]))
    register.submit(REGISTRATION, as_csv([registration(2), registration(3, 统一社会信用代码=wrong(uscc(3)))]))
    register.submit(PENALTY, as_csv([
        penalty("穗处1号", "样例市甲贸易有限公司", code, record="P1", version=1, until="2027-01-01"),
        penalty("穗处2号", "样例市丙贸易有限公司", uscc(9), record="P2", version=1)]))
    return register


def test_answers_and_their_description_agree(filled, new_creditd):
    reading = Reading()
    code = uscc(1)
    records = [filled.get_json(f"/v1/subjects/{code}/records", theme=theme)["items"][0]["id"]
               for theme in (REGISTRATION, PENALTY)]  # one has amounts, one has words
    record = records[0]
    file = as_csv([*[registration(5)] * 4, registration(6, 统一社会信用代码=wrong(uscc(6)))])
    batch = filled.submit(REGISTRATION, file)["id"]
    made = filled.request("POST", "/v1/operator/keys", over_socket=True, department="amr", name="窗口")
    asked = [
        ("get", "/v1/search", filled.get("/v1/search", q="样例市")),
        ("get", "/v1/subjects/{code}", filled.get(f"/v1/subjects/{code}")),
        ("get", "/v1/subjects/{code}/records", filled.get(f"/v1/subjects/{code}/records")),
        *(("get", "/v1/records/{id}", filled.get(f"/v1/records/{one}")) for one in records),
        ("get", "/v1/records/{id}/history", filled.get(f"/v1/records/{record}/history")),
        ("get", "/v1/statistics", filled.get("/v1/statistics")),
        ("get", "/v1/catalogue", filled.get("/v1/catalogue")),
        ("get", "/v1/catalogue/departments", filled.get("/v1/catalogue/departments")),
        ("get", "/v1/departments/{id}/ledger", filled.get("/v1/departments/amr/ledger", over_socket=True)),
        ("get", "/v1/departments/{id}/findings", filled.get("/v1/departments/amr/findings", over_socket=True)),
        ("post", "/v1/submissions", filled.request("POST", "/v1/submissions", body=file, over_socket=True,
                                                   headers={"Content-Type": "text/csv"}, theme=REGISTRATION)),
        ("get", "/v1/submissions", filled.get("/v1/submissions", over_socket=True)),
        ("get", "/v1/submissions/{id}", filled.get(f"/v1/submissions/{batch}", over_socket=True)),
        ("post", "/v1/operator/keys", made),
        ("get", "/v1/operator/keys", filled.get("/v1/operator/keys", over_socket=True)),
        ("get", "/v1/operator/digest", filled.get("/v1/operator/digest", over_socket=True, theme=PENALTY)),
        ("post", "/v1/operator/catalogue", filled.request("POST", "/v1/operator/catalogue", over_socket=True)),
        ("post", "/v1/operator/own", filled.request("POST", "/v1/operator/own", over_socket=True,
                                                    body=json.dumps({"number": code}))),
        ("get", "/v1/operator/status", filled.get("/v1/operator/status", over_socket=True)),
        ("get", "/v1/operator/terms", filled.get("/v1/operator/terms", over_socket=True, on="2027-01-01")),
        ("get", "/v1/operator/stores", filled.get("/v1/operator/stores", over_socket=True)),
        ("get", "/healthz", filled.get("/healthz")),
        ("get", "/readyz", filled.get("/readyz")),
        # Without a broker it waits, and is ready all the same.
        ("get", "/readyz", new_creditd(kafka_bootstrap_servers="127.0.0.1:1").start().get("/readyz")),
    ]
    for method, path, answer in asked:
        response = DOCUMENT["paths"][path][method]["responses"].get(str(answer.status))
        assert response, f"{method} {path}: {answer.status} is not described: {answer.text[:200]}"
        assert "content" in response, f"{method} {path}: the members of {answer.status} are not described"
        schema = response["content"]["application/json"]["schema"]
        reading.describe(schema, f"{method} {path}")
        reading.compare(schema, answer.json, f"{method} {path}")
    # Partitions of Apache Kafka are in answers where there is one: tests/kafka looks at them.
    unmet = sorted(where for where in reading.described - reading.met
                   if "/partitions[]/" not in where and "/decisions[]/" not in where)
    assert not unmet, f"described, and in no answer: {unmet}"
