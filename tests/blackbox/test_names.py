"""A row of every theme of the catalogue, and its subject's answer: names, not codes."""
import json

import pytest

from register import as_csv, uscc

PERSON = "440106185001010016"
OFFICE = "11440106YY000001XG"
PAIRS = {"enterprise": "91", "institution": "12", "social-organisation": "51", "government": "11"}
BY_ROLE = {"birth": "1850-01-01", "district": "440106", "registration": None, "organisation": None, "tax": None,
           "institution": None, "social": None}
BY_TYPE = {"date": "2026-02-03", "amount": "12.5", "integer": "3", "capital": "100万元", "uscc": OFFICE, "number": "A1234",
           "contact": "020-12345678", "document": "样文〔2026〕1号", "person-id": PERSON}


def about_person(entry):
    return entry["counterpart"] == "individual" or not any(i.get("role") == "uscc" for i in entry["items"])


def coded(item, kind):
    values = item["code_set"]["values"]
    fitting = [v["code"] for v in values if v.get("kind") == kind or v.get("identity_card") or v.get("sex") == "male"]
    if item["type"] == "codes":
        return ";".join(v["code"] for v in values[:2])
    return fitting[0] if fitting else values[-1]["code"]


def value(item, code, person):
    role = item.get("role")
    if "code_set" in item:
        return coded(item, "individual" if person else "enterprise")
    if role == "uscc":
        return None if person else code
    if role == "person" and not person:
        return None
    if role == "tax" and item.get("required") == "yes":
        return code
    if item.get("open_ended"):
        return "长期"
    return BY_ROLE.get(role, BY_TYPE.get(item["type"])) if role in BY_ROLE or item["type"] in BY_TYPE else "样例" + item["zh"][:8]


def row(entry, code):
    values = {i["code"]: value(i, code, about_person(entry)) for i in entry["items"]}
    return {k: v for k, v in values.items() if v is not None} | {"_id": f"R{entry['number']}"}


def own_records(register, number):
    records, cursor = [], None
    while True:
        body = {"number": number, "limit": 100} | ({"cursor": cursor} if cursor else {})
        page = register.request("POST", "/v1/operator/own", body=json.dumps(body), over_socket=True).json
        records += [record | {"said": page["themes"][record["theme"]]} for record in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return records


@pytest.fixture(scope="module")
def shown(register):
    """Entry and record of each theme."""
    entries, found = {}, {}
    for theme in register.all("/v1/catalogue"):
        entry = entries[theme["code"]] = register.get_json(f"/v1/catalogue/{theme['code']}")
        kind = next((k for k in entry["kinds"] if k in PAIRS), "enterprise")
        code = uscc(entry["number"], PAIRS[kind])
        receipt = register.submit(entry["code"], as_csv([row(entry, code)]))
        assert receipt["stored"] == 1, f"{entry['code']}: {receipt['rows']}"
        if not about_person(entry):
            found |= {r["theme"]: r for r in own_records(register, code)}
    found |= {r["theme"]: r for r in own_records(register, PERSON)}
    return [(entry, found[code]) for code, entry in entries.items()]


def test_every_item_has_its_name_and_every_code_is_said_in_words(shown):
    for entry, record in shown:
        items = {i["code"]: i for i in entry["items"]}
        said, words = record["said"], record.get("words", {})
        assert said["name"]["zh"] == entry["zh"] and said["department_name"]["zh"], entry["code"]
        assert {s["code"] for s in said["items"]} >= set(record["items"]) >= set(words), entry["code"]
        assert [s["code"] for s in said["items"]] == [c for c in items if c in {s["code"] for s in said["items"]}], entry["code"]
        assert all(words[code] != record["items"][code] for code in words), entry["code"]
        for one in said["items"]:
            if one["code"] not in record["items"]:
                continue
            value = words.get(one["code"], record["items"][one["code"]])
            item = items[one["code"]]
            assert (one["zh"], one["en"]) == (item["zh"], item["en"]), entry["code"]
            if "code_set" in item:
                names = {v["code"]: v["zh"] for v in item["code_set"]["values"]}
                stored = record["items"][one["code"]].split(";")
                assert value == "；".join(names[c] for c in stored), (entry["code"], one)
            if item["type"] == "amount":
                assert value == record["items"][one["code"]] + item.get("unit", ""), (entry["code"], one)


def test_what_is_for_nobody_and_numbers_in_clear_are_shown_to_nobody(shown):
    for entry, record in shown:
        assert not {i["code"] for i in entry["items"] if i["visibility"] == "N"} & set(record["items"]), entry["code"]
        assert PERSON not in json.dumps(record), entry["code"]
