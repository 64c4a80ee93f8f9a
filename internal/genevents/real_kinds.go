package genevents

import (
	"fmt"
	"strconv"
	"strings"
)

// trait is a kind that gives one trait a value, under one of some keys.
func trait(name string, value func(*RealEvents) string, keys ...string) kind {
	return kind{name: name, calls: "identify", odd: func(r *RealEvents, d *draft) {
		for _, key := range keys {
			d.traits.drop(key)
		}
		d.traits.set(r.pick(keys...), value(r))
	}}
}

// personKinds are about traits.
func personKinds() []kind {
	return []kind{
		{name: "phone", calls: "identify", odd: phone},
		trait("email", (*RealEvents).oddEmail, "email", "email", "Email"),
		trait("birthday", (*RealEvents).birthday, "birthday", "birthday", "DOB"),
		trait("gender", (*RealEvents).gender, "gender", "gender", "Gender"),
		trait("employed", (*RealEvents).yesOrNo, "employed", "Employed"),
		trait("married", (*RealEvents).yesOrNo, "married", "Married"),
		trait("education", (*RealEvents).education, "education", "education", "Education"),
		trait("age", (*RealEvents).age, "Age", "Age", "age"),
		trait("photo", (*RealEvents).photo, "avatar", "avatar", "Photo"),
		trait("name", (*RealEvents).name, "name", "Name", "customerType", "Customer Type"),
		trait("subscription", (*RealEvents).subscription, "MSG-email", "MSG-push", "MSG-sms", "MSG-whatsapp",
			"MSG-dndPhone", "MSG-dndEmail"),
		trait("subscription-spelling", (*RealEvents).subscription, "msg-email", "MSG-Email", "MSG_push",
			"MSG-SMS", "MSG-WhatsApp", "MSG-dndWhatsapp"),
		trait("groups", groups, "category-unsubscribe", "category-resubscribe"),
		trait("identity-trait", (*RealEvents).identity, "identity", "Identity", "objectId"),
		{name: "name-parts", calls: "identify", odd: nameParts},
		{name: "traits-in-two-places", calls: "identify", odd: twoPlaces},
		{name: "override-fields", calls: "identify", odd: overrideFields},
		{name: "operators", calls: "identify", odd: operators},
		{name: "many-traits", calls: "identify", odd: func(r *RealEvents, d *draft) {
			many(&d.traits, "attribute_", r.edge(256, 10))
		}},
		{name: "null-traits", calls: "identify", odd: func(r *RealEvents, d *draft) {
			for i := range d.traits {
				if r.odds(2) {
					d.traits[i].value = r.pick("null", `""`, "{}", "[]")
				}
			}
		}},
		{name: "everything-of-a-person", calls: "identify", odd: everything},
	}
}

// phone gives a phone, and often the country that it is of.
func phone(r *RealEvents, d *draft) {
	value, iso := r.phone()
	d.traits.drop("phone")
	d.traits.set(r.pick("phone", "phone", "phone", "Phone"), value)
	if r.odds(2) {
		d.settings.set("defaultCountry", quote(iso))
	}
}

// groups returns what stands where groups of messages by channel are expected, as JSON.
func groups(r *RealEvents) string {
	return r.pick(`{"email":["offers","news"]}`, `{"email":[]}`, `["offers"]`, `"offers"`, `{"sms":"offers"}`,
		`null`, `{"email":[{"id":1}]}`)
}

// nameParts gives a name in parts.
func nameParts(r *RealEvents, d *draft) {
	if !r.odds(3) {
		d.traits.drop("name")
	}
	if !r.odds(3) {
		d.traits.set(r.pick("firstName", "firstname", "first_name"), r.pick(`"Ada"`, `""`, `" "`, `5`, `null`,
			`["Ada"]`, `"Ada Maria"`))
	}
	if !r.odds(3) {
		d.traits.set(r.pick("lastName", "lastname", "last_name"), r.pick(`"Lovelace"`, `"von Neumann"`,
			`null`, `{}`, `7`))
	}
}

// twoPlaces gives traits at the root and other ones in the context.
func twoPlaces(r *RealEvents, d *draft) {
	other := r.traits()
	other.set("email", r.pick(quote(r.email()), r.oddEmail(), "null"))
	other.set(r.pick("birthday", "city", "gender"), r.pick(r.birthday(), r.gender(), "null"))
	d.context.set("traits", other.json())
	d.inRoot = true
}

// overrideFields gives fields that are to be sent as they are.
func overrideFields(r *RealEvents, d *draft) {
	value, _ := r.phone()
	fields := obj(r.pick("Email", "custom"), r.oddEmail(), r.pick("Phone", "other"), value, "DOB",
		r.birthday(), "segments", r.nest(2))
	r.rand.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	d.traits.set("overrideFields", r.pick(fields[:r.between(1, 4)].json(), fields[:2].json(), `{}`, `[]`,
		`null`, `"x"`, `{"Email":null,"Name":5}`))
}

// operators gives fields that change attributes instead of setting them.
func operators(r *RealEvents, d *draft) {
	fields := obj("colours", r.pick(`{"$add":["red"]}`, `{"$set":["red","blue"]}`, `{"$remove":["red"]}`,
		`{"$add":[["red"]]}`), "visits", r.pick(`{"$incr":1}`, `{"$decr":2.5}`, `{"$incr":"1"}`),
		r.pick("Email", "Name", "old"), `{"$delete":1}`)
	d.traits.set("overrideFields", fields[:r.between(1, 3)].json())
}

// everything gives all standard traits at once, each as it comes.
func everything(r *RealEvents, d *draft) {
	phone, iso := r.phone()
	d.traits = obj("email", r.oddEmail(), "phone", phone, "birthday", r.birthday(), "gender", r.gender(),
		"employed", r.yesOrNo(), "married", r.yesOrNo(), "education", r.education(), "Age", r.age(), "avatar",
		r.photo(), "name", r.name(), "customerType", r.name(), "MSG-email", r.subscription(), "address",
		r.nest(2))
	d.settings.set("defaultCountry", quote(iso))
}

// idKinds are about who an event is about.
func idKinds() []kind {
	return []kind{
		{name: "placeholder-id", odd: func(r *RealEvents, d *draft) {
			d.root.set(r.pick("userId", "userId", "anonymousId", "previousId"), r.identity())
		}},
		{name: "two-placeholder-ids", odd: func(r *RealEvents, d *draft) {
			d.root.set("userId", r.identity())
			d.root.set("anonymousId", r.identity())
		}},
		{name: "numeric-id", odd: func(r *RealEvents, d *draft) {
			d.root.set(r.pick("userId", "anonymousId"), r.pick(`42`, `0`, `-1`, `7.5`, `1e21`,
				`123456789012345678901`, `-0`, `1e400`))
		}},
		{name: "id-of-wrong-type", odd: func(r *RealEvents, d *draft) {
			d.root.set(r.pick("userId", "anonymousId"), r.pick(`{"id":1}`, `["u"]`, `true`, `false`, `[]`,
				`{}`, `null`))
		}},
		{name: "id-length", odd: func(r *RealEvents, d *draft) {
			d.root.set(r.pick("userId", "anonymousId"), quote(r.fill(r.pick("x", "ж", "👩‍🚀"),
				r.edge(1024, 2))))
		}},
		{name: "object-id", odd: func(r *RealEvents, d *draft) {
			d.settings.set("enableObjectIdMapping", "true")
			d.root.set(r.pick("anonymousId", "anonymousId", "userId"), quote(r.pick(r.email(), "device 1",
				"a/b", "{"+r.uuid()+"}", "ключ-"+r.digits(3), r.digits(64), r.digits(65), r.fill("x", 200),
				"a.b", "a+b", "x|y", "dev#1", "a,b", "__g"+r.digits(5), "(a)!:@$_-", "urn:uuid:"+r.uuid(),
				" "+r.uuid(), r.uuid()+"\n", "😀", "a=b;c")))
			if r.odds(4) {
				d.root.drop("anonymousId")
			}
		}},
		{name: "id-in-traits", odd: func(r *RealEvents, d *draft) {
			d.root.drop("userId")
			where := &d.traits
			if r.odds(2) {
				where = &d.context
			}
			where.set(r.pick("userId", "id"), r.pick(quote(r.userID()), r.identity(), `9`))
		}},
		{name: "no-id", odd: func(r *RealEvents, d *draft) {
			d.root.drop("userId")
			if r.odds(2) {
				d.root.drop("anonymousId")
			}
			d.root.drop(r.pick("previousId", "x"))
		}},
	}
}

// identity returns an id that names nobody, or nearly so, as JSON.
func (r *RealEvents) identity() string {
	word := r.pick("undefined", "null", "na", "n/a", "0", "nil", "-1", "infinity", "-infinity", "inf", "-inf",
		"nan", "-nan", "empty", "xxxxxx", "none")
	return quote(r.pick(word, word, strings.ToUpper(word), strings.ToUpper(word[:1])+word[1:], " ", "", "\t",
		"\u00a0", "   ", " "+word, word+" ", "anonymous", "guest", "00000000-0000-0000-0000-000000000000",
		"test", "[object Object]", "xxxxx", "-2", "00", "nobody", "unknown", "false"))
}

// nameKinds are about what an event is called.
func nameKinds() []kind {
	named := func(r *RealEvents, d *draft, name string) { d.root.set(r.pick("event", "event", "name"), name) }
	return []kind{
		{name: "reserved-name", calls: "track track page screen", odd: func(r *RealEvents, d *draft) {
			named(r, d, quote(r.reserved()))
		}},
		{name: "reserved-name-spelling", calls: "track", odd: func(r *RealEvents, d *draft) {
			name := r.reserved()
			named(r, d, quote(r.pick(strings.ToLower(name), strings.ToUpper(name),
				strings.ReplaceAll(name, " ", ""), " "+name+" ", strings.ReplaceAll(name, " ", "  "),
				strings.ReplaceAll(name, " ", "_"), strings.ReplaceAll(name, " ", "\t"), name+"!", name+" 2",
				"_"+name, strings.ReplaceAll(name, " ", "\u00a0"), "wzrk_"+name)))
		}},
		{name: "blank-name", calls: eventCalls, odd: func(r *RealEvents, d *draft) {
			named(r, d, r.pick(`""`, `" "`, `"\t\n"`, `"\u00a0"`, `null`, `"   "`))
			d.properties.drop("name")
		}},
		{name: "no-name", calls: eventCalls, odd: func(r *RealEvents, d *draft) {
			d.root.drop("event")
			d.root.drop("name")
			if r.odds(2) {
				d.properties.set(r.pick("event", "name"), r.pick(`"From Properties"`, `" "`, `5`,
					`"App Launched"`, `{}`))
			}
		}},
		{name: "name-of-wrong-type", calls: eventCalls, odd: func(r *RealEvents, d *draft) {
			named(r, d, r.pick(`5`, `404`, `true`, `{}`, `["Signed Up"]`, `{"name":"Signed Up"}`, `0`,
				`false`, `1e400`))
		}},
		{name: "long-name", calls: eventCalls, odd: func(r *RealEvents, d *draft) {
			named(r, d, quote(r.fill(r.pick("Clicked ", "нажал", "点击", "🎉"), r.edge(512, 12))))
		}},
		{name: "odd-name", calls: eventCalls, odd: func(r *RealEvents, d *draft) {
			named(r, d, r.pick(`"50% > 40%"`, `"a|b & c"`, `"cart.add:item"`, `"it's \"quoted\""`,
				`"back\\slash"`, `"#tag"`, `"$pageview"`, `"<script>"`, `"Tom & Jerry"`, `"line\nbreak"`,
				`"  padded  "`, `"\u0000"`, `"\ud83c\udf89"`, `"\u200b"`, `"wzrk_custom"`, `"charged back"`,
				`"Order completed!"`, `"__proto__"`, `"constructor"`, `"null"`))
		}},
	}
}

// reserved returns the name of an event that is CleverTap's own, or near one.
func (r *RealEvents) reserved() string {
	return r.pick("Notification Sent", "Notification Viewed", "Notification Clicked",
		"Notification Delivered", "Notification Replied", "UTM Visited", "App Launched", "App Uninstalled",
		"App Version Changed", "Stayed", "Reply Sent", "Experiment Rendered", "Reachable By",
		"Identity Reset", "Identity Set", "Identity Error", "Web Page Viewed", "wzrk_d",
		"Notification Bounced", "Geocluster Entered", "Geocluster Exited", "SCOutgoing", "SCIncoming",
		"SCEnd", "SCCampaignOptOut", "App Installed", "Push Unregistered", "Channel Subscribed",
		"Session Concluded", "App Opened", "Notification Opened")
}

// many gives an object as many more members.
func many(to *object, prefix string, count int) {
	for i := range count {
		to.add(prefix+strconv.Itoa(i), strconv.Itoa(i))
	}
}

// edge returns a number near a limit, and sometimes far beyond it.
func (r *RealEvents) edge(limit, by int) int {
	if r.odds(4) {
		return 2*limit + r.rand.IntN(limit)
	}
	return r.between(limit-by, limit+by)
}

// fill repeats a text to a length in bytes, or just beyond it where that is within a character.
func (r *RealEvents) fill(text string, length int) string {
	if r.odds(2) {
		text = fmt.Sprint(r.rand.IntN(10)) + text
	}
	for len(text) < length {
		text += text
	}
	for length > 0 && length < len(text) && text[length]&0xc0 == 0x80 {
		length++
	}
	return text[:length]
}
