package genevents

import (
	"fmt"
	"strconv"
	"strings"
)

// data are the traits of an identify and alias call, and the properties of the others.
func (d *draft) data() *object {
	if d.call == "identify" || d.call == "alias" {
		return &d.traits
	}
	return &d.properties
}

// valueCalls are the calls that send values of their own.
const valueCalls = "identify " + eventCalls

// valueKinds are about custom keys and values.
func valueKinds() []kind {
	value := func(name string, of func(*RealEvents) string) kind {
		return kind{name: name, calls: valueCalls, odd: func(r *RealEvents, d *draft) {
			d.data().set(r.pick("note", "cart", "utm_content", "Lieblingsfarbe", "k", "name", "category"),
				of(r))
		}}
	}
	return []kind{
		{name: "many-properties", calls: eventCalls, odd: func(r *RealEvents, d *draft) {
			many(&d.properties, "p", r.edge(100, 12))
		}},
		value("long-value", (*RealEvents).longText),
		value("nested", func(r *RealEvents) string { return r.nest(1) }),
		value("deep", func(r *RealEvents) string { return r.nest(r.between(3, 12)) }),
		value("number", func(r *RealEvents) string {
			return r.pick(`0`, `-0`, `-0.0`, `1e21`, `1e-400`, `123456789012345678901`, `9007199254740993`,
				`0.1000000000000000055511151231257827`, `1E+2`, `-1.5e308`, "1"+strings.Repeat("0", 400),
				`4.9e-324`)
		}),
		value("infinite", func(r *RealEvents) string {
			return r.pick(`1e400`, `-1e400`, `2E+309`, "9"+strings.Repeat("9", 320))
		}),
		value("null", func(*RealEvents) string { return "null" }),
		value("date", func(r *RealEvents) string { return r.birthday() }),
		value("text", func(r *RealEvents) string {
			return r.pick(`"\u0000"`, `"\\"`, `"\/"`, `"<&>'"`, `"\u2028"`, `"%d {{x}}"`, `"\ud83d\ude00"`,
				`" "`, `"NaN"`, `"Infinity"`, `"null"`, `"$D_"`, `"$D_1614775793"`, escape("Größe 👟"),
				`"[1,2]"`, `"{\"a\":1}"`)
		}),
		{name: "long-key", calls: valueCalls, odd: func(r *RealEvents, d *draft) {
			d.data().add(r.fill(r.pick("key_", "ключ", "鍵", "🔑"), r.edge(120, 6)*r.between(1, 3)), r.pick(`1`,
				`"x"`, `null`, `{}`))
		}},
		{name: "colliding-keys", calls: valueCalls, odd: func(r *RealEvents, d *draft) {
			start := strings.Repeat(r.pick("k", "ключ", "🔑"), 120)
			start = string([]rune(start)[:120])
			for i := range r.between(2, 4) {
				d.data().add(start+strconv.Itoa(i), strconv.Itoa(i))
			}
			if r.odds(2) {
				d.data().add(start, `"the start"`)
			}
		}},
		{name: "empty-key", calls: valueCalls, odd: func(r *RealEvents, d *draft) {
			d.data().add(r.pick("", "", " "), r.pick(`1`, `""`, `null`, `[1]`))
		}},
		{name: "odd-key", calls: valueCalls, odd: func(r *RealEvents, d *draft) {
			for range r.between(1, 3) {
				d.data().set(r.pick("a.b", "a.b.c", "$deviceId", "price %", "#tag", "it's", `back\slash`,
					"a/b", "0", "007", "__proto__", "constructor", "toString", "items[0]", "a:b", "x;y",
					"<b>", "Ключ", "ts ", " padded ", "Items", "Charged ID", "Amount", "evtName", "type",
					"objectId", "line\nbreak", "\u200b", "wzrk_id", "Email.", "FBID", "Tz"), r.pick(`1`,
					`"x"`, `true`, `[{"a":1}]`))
			}
		}},
		{name: "time", calls: valueCalls, odd: func(r *RealEvents, d *draft) {
			key := r.pick("ts", "ts", "timestamp")
			d.data().set(key, r.birthday())
			if r.odds(2) {
				d.data().set("ts", r.pick(`0`, `-5`, `"0"`, `1614775793123`, `"1614775793"`, `1614775793.9`,
					`4294967296`, `"soon"`, `true`, `{}`, `null`, `""`))
			}
		}},
	}
}

// longText returns a text about as long as a value may be, as JSON.
func (r *RealEvents) longText() string {
	text := r.fill(r.pick("x", "ж", "语", "😀", "é", "👩‍👩‍👧", "a\u0301", "lorem ipsum "), r.edge(512, 6))
	if r.odds(12) {
		text = strings.Repeat(text, 60)
	}
	if r.odds(3) {
		return escape(text)
	}
	return quote(text)
}

// nest returns a nested value, as JSON.
func (r *RealEvents) nest(levels int) string {
	leaf := r.pick(`1`, `"x"`, `null`, `true`, `"`+r.digits(5)+`"`, `1.50`, `[]`, `{}`)
	if levels == 0 {
		return leaf
	}
	if r.odds(9) {
		return obj("text", r.longText()).json()
	}
	inner := r.nest(levels - 1)
	return r.pick(list(inner), list(leaf, inner), list(`"a"`, `"b"`), obj("b", inner, "a", leaf).json(),
		obj("zip", quote(r.digits(5)), "geo", inner).json(),
		list(obj("id", "1", "tags", inner).json(), obj("id", "2").json()),
		obj("a.b", inner, "a_b", leaf).json(), `[]`, `{}`)
}

// orderKinds are about purchases.
func orderKinds() []kind {
	order := func(name string, odd func(*RealEvents, *object)) kind {
		return kind{name: name, calls: "track", odd: func(r *RealEvents, d *draft) {
			r.order(d)
			odd(r, &d.properties)
		}}
	}
	return []kind{
		order("order", func(*RealEvents, *object) {}),
		order("order-without-id", func(r *RealEvents, p *object) {
			p.drop("checkout_id")
			p.drop("Charged ID")
			p.set(r.pick("order_id", "orderId", "id"), r.pick(quote(r.digits(6)), r.digits(1), `null`, `""`,
				`{}`))
		}),
		order("order-without-amount", func(r *RealEvents, p *object) {
			p.drop("revenue")
			p.drop("Amount")
			p.set(r.pick("total", "value", "subtotal", "price"), r.amount())
		}),
		order("order-amount", func(r *RealEvents, p *object) {
			p.set(r.pick("revenue", "Amount"), r.amount())
		}),
		order("order-many-items", func(r *RealEvents, p *object) {
			r.putItems(p, r.edge(50, 3),
				(*RealEvents).item)
		}),
		order("order-odd-items", func(r *RealEvents, p *object) {
			r.putItems(p, r.between(1, 4),
				(*RealEvents).oddItem)
		}),
		order("order-items-of-wrong-type", func(r *RealEvents, p *object) {
			p.set(r.pick("products", "Items"), r.pick(`{"sku":"A"}`, `"[{\"sku\":\"A\"}]"`, `"A,B"`, `[]`,
				`[1,2]`, `["A"]`, `[null]`, `null`, `5`, `true`, `""`, `[[{"sku":"A"}]]`, `[{"sku":"A"},"B"]`,
				`"[]"`, `{"0":{"sku":"A"}}`))
		}),
	}
}

// order makes a draft a purchase, in RudderStack's words or in CleverTap's.
func (r *RealEvents) order(d *draft) {
	if r.odds(3) {
		d.root.set("event", quote(r.pick("Charged", "Charged", "charged", "CHARGED", " Charged")))
		d.properties = obj("Charged ID", quote(r.digits(6)), "Amount", strconv.Itoa(r.between(1, 9000)),
			"Payment mode", `"Card"`, "Items", list(r.item(), r.item()))
		return
	}
	d.root.set("event", quote(r.pick("Order Completed", "Order Completed", "order completed",
		"ORDER COMPLETED", "Order Completed ", "OrderCompleted")))
	d.properties = obj("checkout_id", quote("co-"+r.digits(6)), "order_id", quote("o-"+r.digits(6)),
		"revenue", fmt.Sprintf("%d.5", r.rand.IntN(900)), "currency", `"EUR"`, "products",
		list(r.item(), r.item()), "coupon", `""`)
}

// putItems puts items where an order has them.
func (r *RealEvents) putItems(p *object, count int, item func(*RealEvents) string) {
	items := make([]string, count)
	for i := range items {
		items[i] = item(r)
	}
	key := "products"
	if p.has("Items") {
		key = "Items"
	}
	p.set(key, list(items...))
}

// item returns an item that has nothing odd about it, as JSON.
func (r *RealEvents) item() string {
	return obj("sku", quote("SKU-"+r.digits(4)), "name", quote(r.pick("Skillet", "Laufschuh", "靴")), "price",
		strconv.Itoa(r.between(1, 200)), "quantity", r.pick("1", "2")).json()
}

// oddItem returns an item with something odd in it, as JSON.
func (r *RealEvents) oddItem() string {
	return obj("sku", quote(r.digits(4)), r.pick("tags", "price_set", "variant", "description", "", "brand",
		r.fill("key ", r.edge(120, 4)), "x.y"),
		r.pick(r.nest(1), r.nest(3), `null`, `1e400`, r.longText(), `""`, `true`, `["a","b"]`,
			`{"amount":"19.00","currency":"USD"}`)).json()
}

// amount returns an amount in any spelling, as JSON.
func (r *RealEvents) amount() string {
	number := fmt.Sprintf("%d.%02d", r.rand.IntN(2000), r.rand.IntN(100))
	return r.pick(number, quote(number), `"1,299.00"`, `"1.299,00"`, `"1 299,00"`, quote("$"+number),
		quote(number+" EUR"), quote("₹"+number), quote(" "+number), quote("-"+number), `"free"`, `""`, `null`,
		`0`, `-5`, `"0"`, `1e400`, `true`, `[]`, `{"amount":5}`, `"1e3"`, `"0x10"`, quote(r.inScript(number)),
		`"NaN"`, `"Infinity"`, `123456789012345678901`, quote(number+".00"), `"+5"`, `"(5.00)"`)
}

// tokenKinds are about device tokens.
func tokenKinds() []kind {
	token := func(name string, odd func(*RealEvents, *draft)) kind {
		return kind{name: name, calls: "identify", odd: func(r *RealEvents, d *draft) {
			d.settings.set("enableObjectIdMapping", r.pick("true", "true", "true", "false"))
			d.root.set("anonymousId", quote(r.uuid()))
			d.context.set("device", obj("token", quote("tok-"+r.digits(20)), "type", quote(r.pick("Android",
				"iOS"))).json())
			d.context.set("os", obj("name", quote(r.pick("Android", "iOS", "android", "tvOS"))).json())
			odd(r, d)
		}}
	}
	option := func(r *RealEvents, d *draft, options object) {
		d.integrations.set(r.pick("CleverTap", "CleverTap", "clevertap", "CLEVERTAP", "Clevertap"),
			options.json())
	}
	return []kind{
		token("token", func(*RealEvents, *draft) {}),
		token("token-of-chrome", func(r *RealEvents, d *draft) {
			option(r, d, obj("deviceTokenType", `"chrome"`, "chromeKeys", `{"p256dh":"BNcR","auth":"tBHI"}`))
		}),
		token("token-without-keys", func(r *RealEvents, d *draft) {
			options := obj("deviceTokenType", `"chrome"`)
			if r.odds(2) {
				options.add("chromeKeys", r.pick(`{}`, `{"p256dh":"BNcR"}`, `{"auth":"a","p256dh":""}`,
					`null`, `"BNcR"`, `[]`, `{"p256dh":1,"auth":2}`, `{"p256dh":{"x":1},"auth":"a"}`))
			}
			option(r, d, options)
		}),
		token("token-type", func(r *RealEvents, d *draft) {
			option(r, d, obj("deviceTokenType", r.pick(`"fcm"`, `"FCM"`, `"gcm"`, `"wns"`, `"mpns"`, `"apns"`,
				`"apns_sandbox"`, `"huawei"`, `""`, `null`, `5`, `["fcm"]`, `" fcm"`)))
		}),
		token("token-system", func(r *RealEvents, d *draft) {
			d.context.set("os", r.pick(`{"name":"iPhone OS"}`, `{"name":"Android "}`, `{"name":"visionOS"}`,
				`{"name":"iOS 17.2"}`, `{"name":""}`, `{"name":"macOS"}`, `{"name":"HarmonyOS"}`,
				`{"name":5}`, `"iOS"`, `[]`, `null`))
		}),
		token("token-of-wrong-type", func(r *RealEvents, d *draft) {
			d.context.set("device", obj("token", r.pick(`54321`, `""`, `" "`, `null`, `{}`, `["t"]`, `true`,
				quote(r.fill("t", r.edge(512, 6))))).json())
		}),
		token("token-object-id", func(r *RealEvents, d *draft) {
			d.root.set("anonymousId", quote(r.pick("dev 1", r.email(), r.digits(70), "ключ", "__"+r.digits(8),
				"-"+r.digits(8), "null")))
		}),
	}
}
