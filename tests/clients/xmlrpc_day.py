"""The work of a day with Python's own xmlrpc.client. Asserts by itself; prints one line of JSON at the end.

Environment: HF_URL, HF_DB, HF_LOGIN, HF_PASSWORD, HF_OTHER_LOGIN.
"""
import json
import os
import xmlrpc.client

env = os.environ
url, db, login, password = env["HF_URL"], env["HF_DB"], env["HF_LOGIN"], env["HF_PASSWORD"]
done = []


def step(name):
    done.append(name)


def refused(call, code):
    try:
        result = call()
    except xmlrpc.client.Fault as fault:
        assert fault.faultCode == code, (fault.faultCode, fault.faultString)
        assert "Traceback" not in fault.faultString and ".ts" not in fault.faultString
        return fault
    raise AssertionError("was not refused: %r" % (result,))


common = xmlrpc.client.ServerProxy(url + "/xmlrpc/2/common")
objects = xmlrpc.client.ServerProxy(url + "/xmlrpc/2/object")
assert common.version()["server_version"] == "19.0"
assert common.version()["server_version_info"][0] == 19
assert db in xmlrpc.client.ServerProxy(url + "/xmlrpc/2/db").list()
step("version and databases")

uid = common.authenticate(db, login, password, {})
assert uid == 2
assert common.authenticate(db, login, password, "") == uid
assert common.login(db, login, password) == uid
assert common.authenticate(db, login, "not the password", {}) is False
assert common.authenticate(db, "nobody@example.com", password, {}) is False
step("authenticate, also with an empty text in fourth place")


def call(model, method, *args, **kwargs):
    return objects.execute_kw(db, uid, password, model, method, list(args), kwargs)


refused(lambda: objects.execute_kw(db, uid, "not the password", "res.partner", "search", [[]]), 3)
refused(lambda: objects.execute_kw("no_such_database", uid, password, "res.partner", "search", [[]]), 1)
step("wrong credentials are fault 3")

assert call("res.partner", "fields_get", ["name"], attributes=["type"]) == {"name": {"type": "char"}}
tags = call("res.partner.category", "create", [{"name": "Xml A"}, {"name": "Xml B"}])
partner = call("res.partner", "create", {
    "name": "Xml <Brass> & Söhne ☂", "ref": "XML-1", "city": "Ghent", "color": 3,
    "category_id": [(6, 0, tags)], "child_ids": [(0, 0, {"name": "Xml Ann", "ref": "XML-2"})],
})
assert isinstance(partner, int)
[other] = call("res.partner", "create", [{"name": "Xml Other", "ref": "XML-3", "color": 7}])
step("create: one gives an id, a list gives a list")

ours = ["ref", "=like", "XML-%"]


def found(*domain):
    return [row["ref"] for row in call("res.partner", "search_read", [ours, *domain], ["ref"], order="ref")]


kinds = {
    "=": (found(["name", "=", "Xml Ann"]), ["XML-2"]),
    "!=": (found(["ref", "!=", "XML-2"]), ["XML-1", "XML-3"]),
    "<": (found(["color", "<", 5], ["color", ">", 0]), ["XML-1"]),
    ">=": (found(["color", ">=", 7]), ["XML-3"]),
    "in": (found(["ref", "in", ["XML-1", "XML-3"]]), ["XML-1", "XML-3"]),
    "not in": (found(["ref", "not in", ["XML-1", "XML-3"]]), ["XML-2"]),
    "like": (found(["name", "like", "Söhne"]), ["XML-1"]),
    "ilike": (found(["name", "ilike", "BRASS"]), ["XML-1"]),
    "=like": (found(["name", "=like", "Xml %r"]), ["XML-3"]),
    "&, |, !": (found("&", "|", ["color", "=", 3], ["color", "=", 7], "!", ["color", "=", 3]), ["XML-3"]),
    "dotted": (found(["parent_id.ref", "=", "XML-1"]), ["XML-2"]),
    "child_of": (found(["id", "child_of", [partner]]), ["XML-1", "XML-2"]),
    "many2many": (found(["category_id", "in", tags[:1]]), ["XML-1"]),
    "unset": (found(["parent_id", "=", False]), ["XML-1", "XML-3"]),
}
for kind, (actual, expected) in kinds.items():
    assert actual == expected, (kind, actual, expected)
assert call("res.partner", "search", [ours], 1, 1, "ref desc") == [call("res.partner", "search", [["ref", "=", "XML-2"]])[0]]
assert call("res.partner", "search_count", [ours]) == 3
step("search with %d kinds of domain" % len(kinds))

[row] = call("res.partner", "read", [partner], ["name", "category_id", "parent_id", "child_ids", "write_date"])
assert row["name"] == "Xml <Brass> & Söhne ☂" and row["parent_id"] is False and sorted(row["category_id"]) == sorted(tags)
assert len(row["write_date"]) == 19 and len(row["child_ids"]) == 1
assert call("res.partner", "read", partner, ["city"]) == [{"id": partner, "city": "Ghent"}]
assert call("res.partner", "name_search", "Xml Oth") == [[other, "Xml Other"]]
step("read; a single id where a list is expected")

[ann] = row["child_ids"]
assert call("res.partner", "write", partner, {"city": "Bruges"}) is True
assert call("res.partner", "write", [partner], {"child_ids": [(0, 0, {"name": "Xml Bob", "ref": "XML-4"}), (1, ann, {"name": "Xml Anna"})]})
assert call("res.partner", "write", [partner], {"category_id": [(3, tags[0], 0)]})
assert call("res.partner", "read", [partner], ["category_id"])[0]["category_id"] == [tags[1]]
assert call("res.partner", "write", [partner], {"category_id": [(4, tags[0], 0)]})
assert call("res.partner", "write", [partner], {"category_id": [(5, 0, 0)]})
assert call("res.partner", "write", [partner], {"category_id": [(6, 0, tags)], "child_ids": [(2, ann, 0)]})
[row] = call("res.partner", "read", [partner], ["city", "category_id", "child_ids"])
assert row["city"] == "Bruges" and sorted(row["category_id"]) == sorted(tags) and len(row["child_ids"]) == 1 and row["child_ids"] != [ann]
step("write with all commands")

product = call("product.product", "create", {"name": "Xml Lamp", "list_price": 10, "taxes_id": [(5, 0, 0)]})
order = call("sale.order", "create", {"partner_id": partner, "order_line": [(0, 0, {"product_id": product, "product_uom_qty": 2})]})
[row] = call("sale.order", "read", [order], ["amount_total", "order_line"])
assert row["amount_total"] == 20.0 and isinstance(row["amount_total"], float)
assert call("sale.order", "action_confirm", [order]) is True
assert call("sale.order", "read", [order], ["state"])[0]["state"] == "sale"
refused(lambda: call("sale.order", "action_confirm", [order]), 2)
step("confirm an order; a UserError is fault 2")

[group] = call("sale.order", "read_group", [["id", "=", order]], ["amount_total:sum"], ["partner_id"])
assert group["amount_total"] == 20.0 and group["partner_id"][0] == partner and group["partner_id_count"] == 1
[group] = call("sale.order", "read_group", [["id", "=", order]], ["amount_total:sum"], ["date_order:month"], lazy=False)
assert group["__count"] == 1 and group["__range"]["date_order:month"]["from"] <= group["__range"]["date_order:month"]["to"]
step("read_group")

# Positional `execute`, as n8n and other older clients call it.
rows = objects.execute(db, uid, password, "res.partner", "search_read", [ours], ["ref"], 0, 1)
assert len(rows) == 1 and set(rows[0]) == {"id", "ref"}
assert objects.execute(db, str(uid), password, "res.partner", "search_count", [ours]) == 3
step("execute with positional arguments")

refused(lambda: call("res.partner", "_search", []), 4)
refused(lambda: call("res.partner", "write", [2000000000], {"name": "x"}), 2)
refused(lambda: call("no.such.model", "search", []), 2)
refused(lambda: call("res.partner", "read", [partner], ["no_such_field"]), 1)
colleague = common.authenticate(db, env["HF_OTHER_LOGIN"], password, {})
refused(lambda: objects.execute_kw(db, colleague, password, "res.partner", "unlink", [[partner]]), 4)
step("fault codes 1, 2, 3 and 4")

call("sale.order", "action_cancel", [order])
assert call("sale.order", "unlink", [order]) is True
assert call("res.partner", "unlink", call("res.partner", "search", [ours, ["parent_id", "!=", False]])) is True
assert call("res.partner", "unlink", [partner, other]) is True
assert call("res.partner", "search_count", [ours]) == 0
step("unlink")

# Nothing cannot be said in XML-RPC; Odoo's clients know this fault and that the call was made.
refused(lambda: call("res.partner.category", "action_archive", tags), 1)
step("a method that returns nothing")

print(json.dumps({"steps": done}))
