#!/usr/bin/env python3
"""Writes a sample of what departments hand in: enterprises of an invented city, licences and penalties, and the mistakes
that real files hold. Everything is synthetic: names carry 样例 (sample), organisation codes begin with YY, which no
registry assigns, and persons were born before 1880, so that none can be alive.

    deploy/sample.py DIR [--day YYYY-MM-DD] [--registrations N]

The same day gives the same files. Penalties are published for a time only, so their dates lie before that day (default:
today). DIR/expected.json says what the receipts must show and what can then be found."""
import argparse
import csv
import datetime
import io
import json
import pathlib
import random

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DIVISION = "440106"
CITY = "样例市"
DISTRICTS = ("云岭区", "江湾区", "北园区", "南岸区")
SYLLABLES = "晨星云岭江河海川山石松竹梅兰枫桐禾穗金玉明辉恒瑞安泰和顺嘉润新远博通达信诚"
TRADES = {
    "贸易": "日用百货批发；货物进出口（专营专控商品除外）；",
    "食品": "预制食品制造；食品零售；",
    "机械制造": "通用机械设备制造；机械零件加工；",
    "物流": "道路货物运输；仓储服务；",
    "环保科技": "环保技术咨询、交流服务；污水处理；",
    "建筑工程": "房屋建筑工程施工；室内装饰、装修；",
    "信息技术": "软件开发；信息技术咨询服务；",
    "餐饮管理": "餐饮管理服务；会议及展览服务；",
}
FORMS = ("有限公司", "有限公司", "有限公司", "股份有限公司", "有限责任公司")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
GIVEN = "文明德仁义礼智信勤俭正平安康宁远志宏伟光辉永昌兴隆福寿"
AUTHORITIES = {  # as in catalogue/departments.yaml
    "amr": ("市市场监督管理局", "11440100YY010023XR", "样市监"),
    "ecology": ("市生态环境局", "11440100YY0100117X", "样环"),
    "transport": ("市交通运输局", "11440100YY0100133K", "样交"),
}
LICENCES = {
    "amr": ("食品经营许可证", "预包装食品销售；热食类食品制售"),
    "ecology": ("排污许可证", "准予排放水污染物、大气污染物，按许可证载明的种类和限值执行"),
    "transport": ("道路运输经营许可证", "准予从事道路普通货物运输"),
}
OFFENCES = {
    "amr": ("销售不符合食品安全标准的食品", "《中华人民共和国食品安全法》第一百二十四条"),
    "ecology": ("超过许可排放限值排放污染物", "《排污许可管理条例》第三十四条"),
    "transport": ("未按规定维护运输车辆", "《中华人民共和国道路运输条例》第七十条"),
}


def check31(body):
    """The check character of a unified code (GB 32100)."""
    return ALPHABET[-sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31]


def check_organisation(body):
    """The check character of an organisation code (GB 11714)."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rest = 11 - sum(letters.index(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def unified_code(kind, body, inner=None):
    organisation = body + (inner or check_organisation(body))
    first = kind + DIVISION + organisation
    return first + check31(first)


def wrong(code):
    """The same code with another check character."""
    return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 7) % 31]


def identity_number(random_, born_from=1850, born_to=1879):
    day = datetime.date(random_.randint(born_from, born_to), random_.randint(1, 12), random_.randint(1, 28))
    body = f"{DIVISION}{day:%Y%m%d}{random_.randint(1, 995):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights)) % 11]


class Expected:
    """What the receipt of one file must say."""

    def __init__(self, theme, file):
        self.theme, self.file = theme, file
        self.counts = dict.fromkeys(("received", "stored", "changed", "duplicate", "stale", "rejected", "warned"), 0)
        self.rows = []

    def add(self, verdict="stored", rule=None, warned=False):
        self.counts["received"] += 1
        self.counts[verdict] += 1
        self.counts["warned"] += warned
        if rule:
            self.rows.append({"row": self.counts["received"], "verdict": verdict, "rule": rule})


class Sample:
    def __init__(self, folder, day, registrations):
        self.random = random.Random(f"credence sample {registrations}")
        self.folder, self.day, self.registrations = folder, day, registrations
        self.bodies, self.names = set(), set()
        self.subjects = []
        self.expected = []
        self.sealed = {}

    def body(self):
        while True:
            body = "YY" + "".join(self.random.choice(ALPHABET) for _ in range(6))
            if body not in self.bodies:
                self.bodies.add(body)
                return body

    def person(self):
        return self.random.choice(SURNAMES) + "".join(self.random.choices(GIVEN, k=self.random.randint(1, 2)))

    def name(self, trade, form):
        while True:
            shop = "".join(self.random.choices(SYLLABLES, k=2))
            name = self.random.choice((f"{CITY}{shop}{trade}{form}", f"{shop}（{CITY}）{trade}{form}"))
            if name not in self.names:
                self.names.add(name)
                return name

    def before(self, least, most):
        return self.day - datetime.timedelta(days=self.random.randint(least, most))

    def registration(self):
        trade = self.random.choice(list(TRADES))
        form = self.random.choice(FORMS)
        capital = self.random.choice((10, 50, 100, 500, 1000, 5000))
        district = self.random.choice(DISTRICTS)
        return {
            "企业名称": self.name(trade, form),
            "统一社会信用代码": unified_code("91", self.body()),
            "注册日期": self.before(60, 9000).isoformat(),
            "企业类型": "其他股份有限公司（非上市）" if form.startswith("股份") else "有限责任公司（自然人投资或控股）",
            "注册资金": f"{capital:,}.0000(万人民币元)",
            "经营范围": TRADES[trade],
            "所在省份": "样例省",
            "地区": CITY,
            "注册地址": f"{CITY}{district}样例路{self.random.randint(1, 999)}号",
            "法定代表人": self.person(),
            "法定代表人证件号码": identity_number(self.random),
            "登记状态": self.random.choice(("存续", "存续", "存续", "在营", "开业", "注销")),
            "行政区划": district,
        }

    def write_registrations(self):
        expected = Expected("amr-enterprise-registration", "amr-enterprise-registration.csv")
        rows = []

        def add(row, **verdict):
            rows.append(list(row.values()))
            expected.add(**verdict)
            if verdict.get("verdict", "stored") == "stored":
                self.subjects.append(row)

        for i in range(self.registrations):
            row = self.registration()
            if i == 20:
                row["统一社会信用代码"] = wrong(row["统一社会信用代码"])
                add(row, verdict="rejected", rule="uscc.check")
            elif i == 40:
                row["企业名称"] = ""
                add(row, verdict="rejected", rule="item.missing")
            elif i == 60:
                row["注册日期"] = "2023-02-30"
                add(row, verdict="rejected", rule="date.invalid")
            elif i == 80:
                row["注册日期"] = (self.day + datetime.timedelta(days=400)).isoformat()
                add(row, verdict="rejected", rule="date.future")
            elif i == 100:
                body = self.body()
                inner = check_organisation(body)
                row["统一社会信用代码"] = unified_code("91", body, "7" if inner != "7" else "3")
                add(row, rule="uscc.inner-check", warned=True)
            elif i == 120:
                add(row)
                add(row, verdict="duplicate", rule="version.duplicate")
            else:
                if i == 140:  # codes come in lower case and in full width; they mean the same
                    row["统一社会信用代码"] = row["统一社会信用代码"].lower()
                if i == 141:
                    row["统一社会信用代码"] = "".join(chr(ord(c) + 0xFEE0) for c in row["统一社会信用代码"])
                if i == 142:
                    row["注册日期"] = row["注册日期"].replace("-", "/")
                add(row)
        rows.append(["样例市少一列有限公司", unified_code("91", self.body())])
        expected.add(verdict="rejected", rule="csv.fields")
        self.write_csv(expected.file, list(self.subjects[0]), rows)
        self.expected.append(expected)

    def counterpart(self, prefix, subject):
        return {
            f"{prefix}_XDR_MC": subject["企业名称"],
            f"{prefix}_XDR_LB": "法人及非法人组织",
            f"{prefix}_XDR_SHXYM": subject["统一社会信用代码"],
            f"{prefix}_FRDB": subject["法定代表人"],
            f"{prefix}_FR_ZJLX": "身份证",
            f"{prefix}_FR_ZJHM": subject["法定代表人证件号码"],
        }

    def somebody(self, number):
        """The first subject gets the first decision of each kind, so that there is one who has all of them."""
        return self.subjects[0] if number % 1000 == 0 else self.random.choice(self.subjects)

    def licence(self, department, number):
        title, content = LICENCES[department]
        name, code, mark = AUTHORITIES[department]
        day = self.before(10, 1500)
        return self.counterpart("XK", self.somebody(number)) | {
            "XK_XKWS": f"准予{title[:-1]}决定书",
            "XK_WSH": f"{mark}许〔{day.year}〕{number}号",
            "XK_XKLB": self.random.choice(("普通", "登记", "核准")),
            "XK_XKZS": title,
            "XK_XKBH": f"XK{day.year}{number:06d}",
            "XK_NR": content,
            "XK_JDRQ": day.isoformat(),
            "XK_YXQZ": day.isoformat(),
            "XK_YXQZI": self.random.choice(("2099-12-31", (day + datetime.timedelta(days=1826)).isoformat())),
            "XK_XKJG": name,
            "XK_XKJGDM": code,
            "XK_ZT": "1",
            "XK_LYDW": name,
            "XK_LYDWDM": code,
        }

    def write_licences(self, department, count):
        expected = Expected(f"{department}-licence", f"{department}-licence.csv")
        rows = []
        for i in range(count):
            row = self.licence(department, 1000 + i)
            verdict = {}
            if i == 10:
                row["XK_XKLB"] = "甲类"
                verdict = {"verdict": "rejected", "rule": "code.unknown"}
            elif i == 30:
                row["XK_YXQZI"] = (datetime.date.fromisoformat(row["XK_YXQZ"]) - datetime.timedelta(days=1)).isoformat()
                verdict = {"verdict": "rejected", "rule": "date.order"}
            elif i == 50:
                row["XK_XDR_SHXYM"] = wrong(unified_code("91", self.body()))
                verdict = {"verdict": "rejected", "rule": "uscc.check"}
            elif i == 70:  # the legal representative's number should be there and is not always
                row["XK_FR_ZJLX"] = row["XK_FR_ZJHM"] = ""
                verdict = {"rule": "item.missing-should", "warned": True}
            rows.append(row)
            expected.add(**verdict)
        self.write_csv(expected.file, list(rows[0]), [list(r.values()) for r in rows])
        self.expected.append(expected)

    def penalty(self, department, number):
        offence, law = OFFENCES[department]
        name, code, mark = AUTHORITIES[department]
        day = self.before(10, 200)
        fine = self.random.choice((0.2, 0.5, 1, 2, 5, 10))
        return self.counterpart("CF", self.somebody(number)) | {
            "CF_WSH": f"{mark}罚〔{day.year}〕{number}号",
            "CF_WFXW": offence,
            "CF_SY": f"经查，当事人于{self.before(210, 400).isoformat()}{offence}。",
            "CF_YJ": law,
            "CF_CFLB": "罚款",
            "CF_NR": f"罚款人民币{fine * 10000:.0f}元",
            "CF_NR_FK": f"{fine:g}",
            "CF_JDRQ": day.isoformat(),
            "CF_YXQ": (day + datetime.timedelta(days=365)).isoformat(),
            "CF_GSJZQ": (day + datetime.timedelta(days=365)).isoformat(),
            "CF_CFJG": name,
            "CF_CFJGDM": code,
            "CF_SJLY": name,
            "CF_SJLYDM": code,
        }

    def write_penalties(self, department, count, as_json=False):
        suffix = "ndjson" if as_json else "csv"
        expected = Expected(f"{department}-penalty", f"{department}-penalty.{suffix}")
        rows = []
        for i in range(count):
            row = self.penalty(department, 2000 + i)
            verdict = {}
            if i == 10:
                row["CF_NR_FK"] = "贰仟元"
                verdict = {"verdict": "rejected", "rule": "amount.invalid"}
            elif i == 20:
                row["CF_FR_ZJHM"] = row["CF_FR_ZJHM"][:6] + "********" + row["CF_FR_ZJHM"][-4:]
                verdict = {"verdict": "rejected", "rule": "item.masked"}
            elif i == 30:  # an identity number in free text: kept sealed, shown masked
                number = identity_number(self.random)
                row["CF_SY"] += f"现场负责人{self.person()}（身份证号{number}）在场。"
                self.sealed = {"theme": expected.theme, "code": row["CF_XDR_SHXYM"], "number": number}
            elif i == 40:  # light cases and natural persons are stored, and never public
                row.update({"CF_CFLB": "警告", "CF_NR": "警告", "CF_NR_FK": ""})
            elif i == 50:
                row.update({"CF_XDR_LB": "自然人", "CF_XDR_MC": self.person(), "CF_XDR_SHXYM": "", "CF_FRDB": "",
                            "CF_FR_ZJLX": "", "CF_FR_ZJHM": "", "CF_XDR_ZJLX": "身份证",
                            "CF_XDR_ZJHM": identity_number(self.random)})
            row.setdefault("CF_XDR_ZJLX", "")
            row.setdefault("CF_XDR_ZJHM", "")
            rows.append(row)
            expected.add(**verdict)
        if department == "transport":  # a decision is taken back: what was stored is revoked, and its page says so
            rows = [row | {"_op": "", "_reason": ""} for row in rows]
            rows.append(rows[5] | {"_op": "revoke", "_reason": "经复议撤销"})
            expected.add(verdict="changed")
        if as_json:
            text = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
            (self.folder / expected.file).write_text(text, encoding="utf-8")
        else:
            self.write_csv(expected.file, list(rows[0]), [list(r.values()) for r in rows])
        self.expected.append(expected)

    def write_csv(self, file, head, rows):
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(head)
        writer.writerows(rows)
        (self.folder / file).write_text(out.getvalue(), encoding="utf-8", newline="")

    def write(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write_registrations()
        for department in AUTHORITIES:
            self.write_licences(department, 150)
        for department in AUTHORITIES:
            self.write_penalties(department, 120, as_json=department == "ecology")
        shown = self.subjects[0]
        expected = {
            "day": self.day.isoformat(),
            "files": [{"theme": e.theme, "file": e.file, "counts": e.counts, "rows": e.rows} for e in self.expected],
            "subject": {"code": shown["统一社会信用代码"], "name": shown["企业名称"]},
            "search": {"text": CITY, "at_least": 20},
            "sealed": self.sealed,
            "totals": {k: sum(e.counts[k] for e in self.expected) for k in self.expected[0].counts},
        }
        text = json.dumps(expected, ensure_ascii=False, indent=1) + "\n"
        (self.folder / "expected.json").write_text(text, encoding="utf-8")
        return expected["totals"]["received"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=pathlib.Path, help="where the files go; made when it is not there")
    parser.add_argument("--day", type=datetime.date.fromisoformat, default=datetime.date.today())
    parser.add_argument("--registrations", type=int, default=2000, help="how many enterprises, at least 200")
    options = parser.parse_args()
    if options.registrations < 200:
        parser.error("--registrations must be at least 200")
    rows = Sample(options.folder, options.day, options.registrations).write()
    print(f"sample: {rows} rows in {options.folder}")


if __name__ == "__main__":
    main()
