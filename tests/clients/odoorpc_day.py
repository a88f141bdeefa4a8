"""The work of a day with Debian's odoorpc, unchanged. Asserts by itself; prints one line of JSON at the end.

Environment: HF_PROTOCOL (jsonrpc or jsonrpc+ssl), HF_HOST, HF_PORT, HF_DB, HF_LOGIN, HF_PASSWORD, HF_OTHER_LOGIN.
"""
import json
import os
import socket

import odoorpc
from odoorpc.error import InternalError, RPCError

env = os.environ
done = []

# RFC 6761 6.3: names below localhost are this machine. Not every resolver knows; the client itself is as it came.
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **more)


def step(name):
    done.append(name)


def refused(call, text=None):
    """The call fails with the client's own exception type; gives it back."""
    try:
        result = call()
    except RPCError as error:
        assert text is None or text in str(error), str(error)
        return error
    raise AssertionError("was not refused: %r" % (result,))


odoo = odoorpc.ODOO(env["HF_HOST"], protocol=env["HF_PROTOCOL"], port=int(env["HF_PORT"]), timeout=60)
assert odoo.version == "19.0", odoo.version
step("version")

names = odoo.db.list()
assert env["HF_DB"] in names, names
if env["HF_HOST"].endswith(".localhost"):
    assert names == [env["HF_DB"]], names
step("databases of the host")

refused(lambda: odoo.login(env["HF_DB"], env["HF_LOGIN"], "not the password"))
refused(lambda: odoo.login("no_such_database", env["HF_LOGIN"], env["HF_PASSWORD"]))
try:
    odoo.env  # pylint: disable=pointless-statement
    raise AssertionError("an environment without a login")
except InternalError:
    pass
odoo.login(env["HF_DB"], env["HF_LOGIN"], env["HF_PASSWORD"])
assert odoo.env.uid == 2 and odoo.env.db == env["HF_DB"]
assert odoo.env.user.login == env["HF_LOGIN"]
assert odoo.env.context["lang"] == "en_US", odoo.env.context
step("login")

Partner = odoo.env["res.partner"]
Order = odoo.env["sale.order"]
Tag = odoo.env["res.partner.category"]
assert "res.partner" in odoo.env and "no.such.model" not in odoo.env
fields = Partner.fields_get()
assert fields["country_id"]["type"] == "many2one" and fields["country_id"]["relation"] == "res.country"
assert Partner.fields_get(["name"], ["type"]) == {"name": {"type": "char"}}, Partner.fields_get(["name"], ["type"])
step("fields_get")

be = odoo.env.ref("base.be")
assert be.code == "BE", be.code
usd = odoo.env.ref("base.USD").id
vip, trade, old = (Tag.create({"name": name}) for name in ("Py VIP", "Py Trade", "Py Old"))
company = Partner.create({
    "name": "Py Brass Works", "is_company": True, "city": "Ghent", "ref": "PY-1", "country_id": be.id, "color": 3,
    "category_id": [(6, 0, [vip, trade])],
    "child_ids": [(0, 0, {"name": "Py Ann", "ref": "PY-2", "email": "ann@example.com"}),
                  (0, 0, {"name": "Py Bob", "ref": "PY-3"})],
})
other = Partner.create({"name": "Py Copper Co", "is_company": True, "city": "Lyon", "ref": "PY-4", "color": 7})
step("create with commands")

ours = ("ref", "=like", "PY-%")


def found(*domain, **options):
    rows = Partner.search_read([ours, *domain], ["ref"], order="ref", **options)
    return [row["ref"] for row in rows]


domains = {
    "=": found(("city", "=", "Ghent")),
    "!=": found(("ref", "!=", "PY-4")),
    ">": found(("color", ">", 3)),
    "<=": found(("color", "<=", 3), ("is_company", "=", True)),
    "in": found(("ref", "in", ["PY-1", "PY-3"])),
    "not in": found(("ref", "not in", ["PY-1", "PY-3"])),
    "ilike": found(("name", "ilike", "brass")),
    "not ilike": found(("name", "not ilike", "py b")),
    "=ilike": found(("name", "=ilike", "PY A%")),
    "| and !": found("|", ("name", "=", "Py Ann"), "!", ("parent_id", "=", company)),
    "dotted": found(("parent_id.country_id.code", "=", "BE")),
    "child_of": found(("id", "child_of", company)),
    "parent_of": found(("id", "parent_of", Partner.search([("ref", "=", "PY-2")])[0])),
    "many2many": found(("category_id.name", "=", "Py VIP")),
    "any": found(("child_ids", "any", [("name", "=", "Py Bob")])),
    "=?": found(("city", "=?", False), ("is_company", "=", True)),
    "empty": found(("email", "=", False), ("parent_id", "!=", False)),
}
assert domains == {
    "=": ["PY-1"] + [ref for ref in domains["="] if ref in ("PY-2", "PY-3")],
    "!=": ["PY-1", "PY-2", "PY-3"],
    ">": ["PY-4"],
    "<=": ["PY-1"],
    "in": ["PY-1", "PY-3"],
    "not in": ["PY-2", "PY-4"],
    "ilike": ["PY-1"],
    "not ilike": ["PY-2", "PY-4"],
    "=ilike": ["PY-2"],
    "| and !": ["PY-1", "PY-2", "PY-4"],
    "dotted": ["PY-2", "PY-3"],
    "child_of": ["PY-1", "PY-2", "PY-3"],
    "parent_of": ["PY-1", "PY-2"],
    "many2many": ["PY-1"],
    "any": ["PY-1"],
    "=?": ["PY-1", "PY-4"],
    "empty": ["PY-3"],
}, domains
assert found(limit=2, offset=1) == ["PY-2", "PY-3"]
assert Partner.search([ours], order="name desc", limit=1) == [other]
assert Partner.search_count([ours]) == 4
step("search with %d kinds of domain" % len(domains))

record = Partner.browse(company)
assert record.name == "Py Brass Works" and record.country_id.code == "BE"
assert sorted(child.name for child in record.child_ids) == ["Py Ann", "Py Bob"]
assert sorted(tag.name for tag in record.category_id) == ["Py Trade", "Py VIP"]
assert [child.parent_id.id for child in record.child_ids] == [company, company]
[row] = Partner.read([company], ["country_id", "parent_id", "child_ids"])
assert row["country_id"] == [be.id, be.name] and row["parent_id"] is False and len(row["child_ids"]) == 2
[row] = Partner.read(company, ["country_id"])
assert row["id"] == company
assert odoo.execute("res.partner", "read", [company], ["name"]) == [{"id": company, "name": "Py Brass Works"}]
assert odoo.execute_kw("res.partner", "read", [[company]], {"fields": ["country_id"], "load": None})[0]["country_id"] == be.id
step("read relations")

ann, bob = Partner.search([("parent_id", "=", company)], order="ref")
Partner.write([company], {"child_ids": [(0, 0, {"name": "Py Cas", "ref": "PY-5"}), (1, ann, {"name": "Py Anna"}), (2, bob, 0)]})
assert [row["name"] for row in Partner.search_read([("parent_id", "=", company)], ["name"], order="ref")] == ["Py Anna", "Py Cas"]
Partner.write(company, {"category_id": [(3, trade, 0), (4, old, 0)]})
assert sorted(record_tag.id for record_tag in Partner.browse(company).category_id) == sorted([vip, old])
Partner.write([company], {"category_id": [(5, 0, 0)]})
assert Partner.read([company], ["category_id"])[0]["category_id"] == []
Partner.write([company], {"category_id": [(6, 0, [vip, trade])]})
record = Partner.browse(company)
record.city = "Bruges"
record.category_id -= vip
assert Partner.read([company], ["city", "category_id"]) == [{"id": company, "city": "Bruges", "category_id": [trade]}]
step("write with all commands")

product = odoo.env["product.product"].create({"name": "Py Lamp", "list_price": 12.5, "type": "consu", "taxes_id": [(5, 0, 0)]})
order = Order.create({"partner_id": company, "order_line": [
    (0, 0, {"product_id": product, "product_uom_qty": 3}),
    (0, 0, {"display_type": "line_note", "name": "Handle with care", "product_uom_qty": 0}),
]})
sale = Order.browse(order)
assert sale.state == "draft" and sale.amount_total == 37.5, (sale.state, sale.amount_total)
line = sale.order_line[0].id
Order.write([order], {"order_line": [(1, line, {"product_uom_qty": 4})]})
odoo.env["sale.order"].action_confirm([order])
assert Order.read([order], ["state", "amount_total"]) == [{"id": order, "state": "sale", "amount_total": 50.0}]
refused(lambda: Order.action_confirm([order]))
refused(lambda: Order.unlink([order]))
step("confirm an order")

groups = Order.read_group([("partner_id", "=", company)], ["amount_total:sum"], ["partner_id"])
assert len(groups) == 1 and groups[0]["amount_total"] == 50.0 and groups[0]["partner_id"][0] == company, groups
assert groups[0]["partner_id_count"] == 1
groups = Partner.formatted_read_group([ours], ["is_company"], ["__count", "color:sum"])
assert {group["is_company"]: group["__count"] for group in groups} == {False: 2, True: 2}, groups
step("read_group")

error = refused(lambda: Partner.read([company], ["no_such_field"]))
assert error.info and "Traceback" not in json.dumps(error.info) and "SELECT" not in json.dumps(error.info), error.info
refused(lambda: Partner.no_such_method())
refused(lambda: Partner.write([2000000000], {"name": "x"}))
refused(lambda: Partner.search([("name", "~~", "x")]))
refused(lambda: Partner.create({"name": "x", "parent_id": 2000000000}))
refused(lambda: Partner.write([company], {"parent_id": company}))
step("errors are RPCError")

Order.action_cancel([order])
assert Order.unlink([order]) is True and Order.search([("id", "=", order)]) == []
assert Partner.unlink([other]) is True
assert Partner.unlink(Partner.search([("parent_id", "=", company)])) is True
Partner.browse(company).unlink()
assert Partner.search_count([ours]) == 0
step("unlink")

assert odoo.logout() is True
refused(lambda: odoo.json("/web/session/get_session_info", {}))
step("logout")

odoo.login(env["HF_DB"], env["HF_OTHER_LOGIN"], env["HF_PASSWORD"])
error = refused(lambda: odoo.env["res.partner"].create({"name": "Py Not Allowed"}))
assert error.info["name" if "name" in error.info else "data"], error.info
refused(lambda: odoo.env["sale.order"].search([]))
assert odoo.env["res.partner"].search_count([("ref", "=like", "PY-%")]) == 0
step("another person has other rights")

print(json.dumps({"steps": done}))
