"""The catalogue as data: 51 departments and 392 themes, read here without the programs, and right by creditctl's word."""
import collections

import pytest
import yaml

from register import SOURCE, run

CATALOGUE = SOURCE / "catalogue"
CATEGORIES = {"registration", "supervision", "qualification", "default", "enforcement", "administration",
              "public-benefit", "judgment"}
KINDS = {"enterprise", "individual", "institution", "social-organisation", "government"}
# They penalise and grant no licence of their own. Every other department with one of the two themes has both.
PENALTY_ONLY = {"housing-fund", "medical-insurance", "statistics"}
LATER = {"behaviour-end", "performance", "sentence-end"}


def read(file):
    return yaml.safe_load((CATALOGUE / file).read_text(encoding="utf-8"))


def folder(name):
    return {file.stem: read(file) for file in sorted((CATALOGUE / name).glob("*.yaml"))}


@pytest.fixture(scope="module")
def departments():
    return read("departments.yaml")["departments"]


def over(theme, archetypes):
    """The theme laid over its archetype."""
    below = archetypes.get(theme.get("archetype"), {})
    items = {item["code"]: item for item in below.get("items", []) if item["code"] not in theme.get("without", [])}
    for item in theme.get("items", []):
        items[item["code"]] = items.get(item["code"], {}) | item
    return below | theme | {"items": list(items.values())}


@pytest.fixture(scope="module")
def themes():
    archetypes = folder("archetypes")
    return {code: over(theme, archetypes) for code, theme in folder("themes").items()}


def kinds(theme):
    return KINDS if theme["kinds"] == "all" else set(theme["kinds"])


def code_is_right(code):
    """Both check characters of a unified code (GB 32100, GB 11714)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    outer = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    inner = sum(int(c, 36) * w for c, w in zip(code[8:16], (3, 7, 9, 10, 5, 8, 4, 2)))
    return code[17] == alphabet[-outer % 31] and code[16] == "0123456789X"[-inner % 11]


def test_the_programs_accept_it():
    found = run("creditctl", "catalogue", "check", CATALOGUE)
    assert found.returncode == 0, found.stderr
    assert "392" in found.stdout and "51" in found.stdout


def test_there_are_51_departments_with_right_synthetic_codes(departments):
    assert len(departments) == 51
    assert len({d["id"] for d in departments}) == len({d["uscc"] for d in departments}) == 51
    for d in departments:
        assert d["uscc"].startswith("11440100YY") and code_is_right(d["uscc"]), d["id"]
    assert not code_is_right("11440100YY01002138")


def test_there_are_392_themes_over_all_categories_and_kinds(themes):
    assert len(themes) == 392
    assert len({theme["number"] for theme in themes.values()}) == 392
    assert len({theme["zh"] for theme in themes.values()}) == len({theme["en"] for theme in themes.values()}) == 392
    assert {theme["category"] for theme in themes.values()} == CATEGORIES
    assert set().union(*(kinds(theme) for theme in themes.values())) == KINDS
    # And each kind has a register of its own: without one, nothing says who its subjects are.
    assert set().union(*(kinds(t) for t in themes.values() if t.get("registration"))) == KINDS


def test_every_department_has_two_themes_at_least(themes, departments):
    count = collections.Counter(theme["department"] for theme in themes.values())
    assert set(count) == {d["id"] for d in departments}
    print("themes by department:", dict(count.most_common()))
    print("themes by category:", dict(collections.Counter(t["category"] for t in themes.values()).most_common()))
    assert min(count.values()) >= 2


def test_every_deciding_department_has_its_licence_and_its_penalty_theme(themes):
    by_archetype = collections.defaultdict(set)
    for code, theme in themes.items():
        by_archetype[theme["archetype"]].add(theme["department"])
        if theme["archetype"] in ("licence", "penalty"):
            assert code == f"{theme['department']}-{theme['archetype']}"
            assert theme["number"] // 100 == {"licence": 2, "penalty": 3}[theme["archetype"]]
    assert by_archetype["penalty"] - by_archetype["licence"] == PENALTY_ONLY
    assert by_archetype["licence"] <= by_archetype["penalty"]
    assert len(by_archetype["licence"]) >= 30


def test_every_theme_and_every_code_set_says_on_what_it_rests(themes):
    for code, theme in themes.items():
        assert len(theme["basis"]) > 5, code
    sets = folder("code-sets")
    for name, values in sets.items():
        assert len(values["source"]) > 1, name
    used = {item["code_set"] for theme in themes.values() for item in theme["items"] if "code_set" in item}
    assert used == set(sets)


def test_persons_are_never_public(themes):
    for code, theme in themes.items():
        if kinds(theme) == {"individual"}:
            assert theme["visibility"] != "P", code
        for item in theme["items"]:
            if item["type"] in ("person-id", "contact"):
                shown = item.get("visibility", theme["visibility"])
                assert shown == "G" or (shown == "A" and "mask" in item), (code, item["code"])


def test_what_is_kept_until_something_ends_says_when_it_ended(themes):
    for code, theme in themes.items():
        if theme["retention_start"] in LATER:
            assert [i["code"] for i in theme["items"] if i.get("role") == "ended"], code


def test_sums_of_money_say_their_unit(themes):
    for code, theme in themes.items():
        for item in theme["items"]:
            if item["type"] == "amount" and "元）" in item["zh"]:
                assert item["unit"] in item["zh"], (code, item["code"])


def test_the_same_months_may_be_paid_for_twice(themes):
    paid = [t for t in themes.values() if t["archetype"] in ("payment", "person-payment")]
    assert len(paid) > 10
    for theme in paid:
        assert {"PERIOD", theme["day"]} <= set(theme["identity"]), theme["code"]


def test_what_somebody_pays_or_owes_is_public_only_where_a_law_says_so(themes):
    public = {code for code, t in themes.items()
              if t["archetype"] in ("payment", "person-payment", "arrears", "utility-arrears") and t["visibility"] == "P"}
    assert public == {"tax-arrears"}
    assert "individual" not in kinds(themes["tax-arrears"])


def test_courts_hand_in_no_settlements_and_no_crimes_of_persons(themes):
    for code in ("court-civil-judgment", "court-administrative-judgment", "court-criminal-judgment"):
        assert "调解书" in [word for c in themes[code]["not_collected"] for word in c["any"]], code
    assert "individual" not in kinds(themes["court-criminal-judgment"])


def test_an_entry_of_an_abnormal_list_outlasts_the_term_of_a_penalty(themes):
    lists = [t for t in themes.values() if t["archetype"] == "abnormal-list"]
    assert {t["terms"] for t in lists} == {"abnormal-lists"}
    terms = {t["set"]: t["months_max"] for t in read("tables/terms.yaml")["terms"] if "set" in t}
    assert terms["abnormal-lists"] == 36


def test_what_was_honoured_or_evaluated_is_part_of_the_identity(themes):
    for code, item in (("sti-award", "ACHIEVEMENT"), ("housing-quality-honour", "PROJECT_NAME"), ("commerce-old-brand", "BRAND"),
                       ("culture-hotel-stars", "HOTEL"), ("culture-scenic-grade", "AREA"), ("ecology-key-roster", "CLASS"),
                       ("transport-road-evaluation", "BUSINESS_KIND"), ("housing-builder-evaluation", "TRADE"),
                       ("health-public-place-grade", "PLACE_KIND"), ("amr-patent", "SUBJ_NAME"),
                       ("court-equity-freeze", "COMPANY"), ("court-civil-judgment", "DOC_KIND")):
        assert item in themes[code]["identity"], code


def test_whether_a_gift_is_anonymous_must_be_said_and_such_a_gift_is_nobodys(themes):
    for code in ("civil-donation", "red-cross-donation"):
        asked = next(i for i in themes[code]["items"] if i["code"] == "ANONYMOUS")
        assert asked["required"]
        assert {"item": "ANONYMOUS", "any": ["是"]}.items() <= themes[code]["not_collected"][0].items()


def test_bans_are_kept_from_their_end_and_bad_conduct_from_its_finding(themes):
    for code in ("securities-market-ban", "nfra-trade-ban"):
        ended = next(i for i in themes[code]["items"] if i.get("role") == "ended")
        assert themes[code]["retention_start"] == "behaviour-end" and ended.get("open_ended"), code
    others = [t for t in themes.values() if t["archetype"] == "misconduct" and t["code"] != "securities-market-ban"]
    assert {t["retention_start"] for t in others} == {"decision"}


def test_what_a_company_finds_by_itself_is_not_public(themes):
    for code in ("power-theft", "water-supply-theft", "transport-toll-misconduct"):
        assert (themes[code]["visibility"], themes[code]["publication"]) == ("A", "never"), code
