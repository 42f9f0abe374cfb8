"""Licences and penalties as archives hold them: the columns of 2016 to 2018 by code and by Chinese name, what a penalty
must say with its kind, and what may not be collected."""
import pytest

from register import PENALTY, as_csv, penalty, uscc

LICENCE = "transport-licence"
PERSON = "440106185001010016"

OLD_LICENCE = {"XK_WSH": "穗交运许〔2017〕1号", "XK_XMMC": "道路货物运输经营许可", "XK_SPLB": "普通", "XK_NR": "普通货运",
               "XK_XDR": "样例市旧日运输有限公司", "XK_XDR_SHXYM": uscc(71), "XK_XDR_ZDM": "", "XK_XDR_GSDJ": "",
               "XK_XDR_SWDJ": "", "XK_XDR_SFZ": "", "XK_FR": "某甲", "XK_JDRQ": "2017/05/03", "XK_JZQ": "2099/12/31",
               "XK_XZJG": "样例市交通委员会", "XK_ZT": "0", "DFBM": "440100", "SJC": "2017/05/04 09:30:00", "BZ": ""}
OLD_PENALTY = {"CF_WSH": "穗工商处字〔2017〕1号", "CF_CFMC": "无照经营案", "CF_CFLB1": "警告", "CF_CFLB2": "罚款",
               "CF_SY": "无照经营", "CF_YJ": "条例第一条", "CF_XDR_MC": "样例市旧日贸易有限公司", "CF_XDR_SHXYM": uscc(72),
               "CF_XDR_ZDM": "", "CF_XDR_GSDJ": "", "CF_XDR_SWDJ": "", "CF_XDR_SFZ": "", "CF_FR": "某乙",
               "CF_JG": "罚款二千元", "CF_JDRQ": "2017/05/03", "CF_XZJG": "样例市工商行政管理局", "CF_ZT": "0",
               "DFBM": "440100", "SJC": "2017/05/04 09:30:00", "BZ": "/"}
CHINESE = {"行政处罚决定书文号": "穗工商处字〔2017〕2号", "案件名称": "虚假宣传案", "处罚类别1": "罚款", "处罚类别2": "",
           "处罚事由": "虚假宣传", "处罚依据": "条例第二条", "行政相对人名称": "样例市旧日贸易有限公司",
           "行政相对人代码_1(统一社会信用代码)": uscc(72), "行政相对人代码_2(组织机构代码)": "",
           "行政相对人代码_5(居民身份证号)": "", "法定代表人姓名": "某乙", "处罚结果": "罚款二千元",
           "处罚决定日期": "2017年5月3日", "处罚机关": "样例市工商行政管理局", "当前状态": "0", "地方编码": "440100",
           "数据更新时间戳": "2017-05-04 09:30:00", "备注": ""}


def record(register, code, theme):
    found = [r for r in register.all(f"/v1/subjects/{code}/records") if r["theme"] == theme]
    assert len(found) == 1
    return register.get_json(f"/v1/records/{found[0]['id']}")["items"]


def test_a_licence_in_the_columns_of_2016_is_read(register):
    receipt = register.submit(LICENCE, as_csv([OLD_LICENCE]))
    assert (receipt["stored"], receipt["warned"]) == (1, 0), receipt
    items = record(register, uscc(71), LICENCE)
    assert items["XK_XKWS"] == "道路货物运输经营许可" and items["XK_XDR_MC"] == "样例市旧日运输有限公司"
    assert items["XK_ZT"] == "1" and items["XK_XKJG"] == "样例市交通委员会"
    assert items["XK_XKJGDM"] == "11440100YY0100133K" == items["XK_LYDWDM"]
    # The same row again is the same record, and an annulled one is no longer valid.
    assert register.submit(LICENCE, as_csv([OLD_LICENCE]))["duplicate"] == 1
    annulled = OLD_LICENCE | {"XK_ZT": "1", "SJC": "2018/01/01 00:00:00"}
    assert register.submit(LICENCE, as_csv([annulled]))["changed"] == 1
    assert record(register, uscc(71), LICENCE)["XK_ZT"] == "2"


def test_a_penalty_in_the_columns_of_2016_is_read_under_codes_and_under_names(register):
    for row in (OLD_PENALTY, CHINESE):
        receipt = register.submit(PENALTY, as_csv([row]))
        assert (receipt["stored"], receipt["warned"]) == (1, 0), receipt


def test_the_second_kind_of_penalty_of_2016_is_one_of_the_kinds(register):
    """Its columns are read as the item that says how severe a penalty is: a fine behind a warning is public."""
    for n, old in enumerate((OLD_PENALTY, CHINESE | {"处罚类别1": "警告", "处罚类别2": "罚款"})):
        number = "CF_WSH" if "CF_WSH" in old else "行政处罚决定书文号"
        code = "CF_XDR_SHXYM" if "CF_WSH" in old else "行政相对人代码_1(统一社会信用代码)"
        day = "CF_JDRQ" if "CF_WSH" in old else "处罚决定日期"
        row = old | {number: f"穗工商处字〔2025〕{n}号", code: uscc(74 + n), day: "2025-03-03"}
        assert register.submit(PENALTY, as_csv([row]))["stored"] == 1
        assert record(register, uscc(74 + n), PENALTY)["CF_CFLB"] == "警告;罚款"


@pytest.mark.parametrize("columns", [{"CF_CFMC": "CF_AJMC"}, {"BZ": "CF_JZRQ"}])
def test_variants_of_the_old_columns_are_read_too(register, columns):
    row = {columns.get(name, name): value for name, value in OLD_PENALTY.items()}
    row |= {"CF_WSH": f"穗工商处字〔2017〕{'、'.join(columns)}号"} | ({"CF_JZRQ": "2020/05/03"} if "CF_JZRQ" in row else {})
    receipt = register.submit(PENALTY, as_csv([row]))
    assert (receipt["stored"], receipt["warned"]) == (1, 0), receipt


@pytest.mark.parametrize("kind, item", [("罚款", "CF_NR_FK"), ("没收非法财物", "CF_NR_WFFF"),
                                        ("暂扣许可证件", "CF_NR_ZKDX"), ("警告;吊销许可证件", "CF_NR_ZKDX")])
def test_a_kind_of_penalty_needs_what_belongs_to_it(register, kind, item):
    row = penalty("样罚〔2026〕81号", "样例市第81号贸易有限公司", uscc(81)) | {"CF_CFLB": kind, "CF_NR_FK": "", "CF_NR": "见决定书"}
    receipt = register.submit(PENALTY, as_csv([row]))
    assert [(r["verdict"], r["rule"], r["item"]) for r in receipt["rows"] if r["rule"] != "item.missing-should"] == [
        ("rejected", "item.missing-when", item)]
    row |= {item: "0.2"} | ({"CF_WSH": f"样罚〔2026〕82号之{kind}"})
    assert register.submit(PENALTY, as_csv([row]))["stored"] == 1


def test_simple_procedures_are_collected_of_organisations_only(new_creditd):
    one = new_creditd(born_earliest="1800-01-01").start()
    simple = penalty("样罚〔2026〕91号", "样例市第91号贸易有限公司", uscc(91)) | {"CF_CXLX": "简易程序"}
    assert one.submit(PENALTY, as_csv([simple]))["stored"] == 1
    person = simple | {"CF_WSH": "样罚〔2026〕92号", "CF_XDR_MC": "某甲", "CF_XDR_LB": "自然人", "CF_XDR_SHXYM": "",
                       "CF_XDR_ZJLX": "身份证", "CF_XDR_ZJHM": PERSON}
    receipt = one.submit(PENALTY, as_csv([person]))
    assert receipt["rejected"] == 1
    assert [r["rule"] for r in receipt["rows"]] == ["row.not-collected"]
    assert one.submit(PENALTY, as_csv([person | {"CF_CXLX": "普通程序"}]))["stored"] == 1


def test_records_that_the_police_must_seal_are_not_collected_of_persons(new_creditd):
    one = new_creditd(born_earliest="1800-01-01").start()
    row = penalty("样公罚〔2026〕91号", "某甲", "") | {"CF_XDR_LB": "自然人", "CF_XDR_ZJLX": "身份证", "CF_XDR_ZJHM": PERSON,
                                             "CF_CXLX": "普通程序"}
    sealed = row | {"CF_YJ": "《中华人民共和国治安管理处罚法》第七十条"}
    receipt = one.submit("police-penalty", as_csv([sealed]))
    assert receipt["rejected"] == 1
    assert [r["rule"] for r in receipt["rows"]] == ["row.not-collected"]
    traffic = row | {"CF_WSH": "样公交罚〔2026〕92号", "CF_YJ": "《中华人民共和国道路交通安全法》第九十条"}
    assert one.submit("police-penalty", as_csv([traffic]))["stored"] == 1
    # The simple procedure is left out here as it is for every other department.
    simple = traffic | {"CF_WSH": "样公交罚〔2026〕93号", "CF_CXLX": "简易程序"}
    assert one.submit("police-penalty", as_csv([simple]))["rejected"] == 1
