package genevents

import "strings"

// shapeKinds are about what stands beside traits and properties, and about the shape of these.
func shapeKinds() []kind {
	return []kind{
		{name: "empty-array", odd: func(r *RealEvents, d *draft) {
			for range r.between(1, 3) {
				d.root.set(r.pick("properties", "traits", "context", "integrations"), "[]")
			}
		}},
		{name: "wrong-type", odd: func(r *RealEvents, d *draft) {
			d.root.set(r.pick("properties", "traits", "context", "integrations", "context", "timestamp",
				"messageId", "channel"), r.pick(`"x"`, `5`, `true`, `null`, `[1]`, `[{}]`, `false`, `""`,
				`"{}"`))
		}},
		{name: "wrong-type-in-context", odd: func(r *RealEvents, d *draft) {
			d.context.set(r.pick("os", "device", "library", "traits", "app", "campaign"), r.pick(`"x"`, `5`,
				`true`, `null`, `[]`, `[1]`, `{}`, `{"name":5}`, `{"name":null,"token":null}`))
		}},
		{name: "integrations", odd: func(r *RealEvents, d *draft) {
			d.root.set("integrations", r.pick(`{"All":false}`, `{"All":false,"CleverTap":true}`,
				`{"All":true,"CleverTap":false}`, `{"All":true,"clevertap":false}`, `{"CleverTap":{}}`,
				`{"All":"false"}`, `{"All":false,"Amplitude":true}`, `{"CleverTap":null}`, `{"All":0}`,
				`{"CLEVERTAP":false,"CleverTap":true}`))
		}},
		{name: "native-sdk", odd: func(r *RealEvents, d *draft) {
			if r.odds(3) {
				d.settings.set("useNativeSDK", r.pick(`true`, `false`, `{"web":true}`, `{"android":true,"ios":false}`))
				return
			}
			d.settings.set("connectionMode", r.pick(`"device"`, `"cloud"`, `{"web":"device"}`,
				`{"android":"device","ios":"cloud"}`, `{"androidKotlin":"device"}`, `{"iosSwift":"device"}`))
		}},
		{name: "event-filter", odd: func(r *RealEvents, d *draft) {
			option := r.pick("whitelistedEvents", "blacklistedEvents")
			d.settings.set("eventFilteringOption", quote(option))
			d.settings.set(option, r.pick(`[{"eventName":"Signed Up"},{"eventName":""}]`,
				`[{"eventName":" Product Viewed "}]`, `[]`, `[{"eventName":""}]`))
		}},
		{name: "event-time", odd: func(r *RealEvents, d *draft) {
			d.settings.set("useEventTimestamp", "true")
			d.root.set(r.pick("timestamp", "originalTimestamp"), r.pick(r.birthday(),
				`"0001-01-01T00:00:00Z"`, quote(r.inScript(r.stamp())), `"2569-11-23T09:00:00Z"`, `null`,
				`""`))
		}},
		{name: "group", odd: func(r *RealEvents, d *draft) {
			d.root.set("type", r.pick(`"group"`, `"record"`, `"Group"`, `"audiencelist"`, `""`, `null`, `5`,
				`" track"`, `["track"]`))
			d.root.set("groupId", `"g-1"`)
		}},
		{name: "type-in-capitals", odd: func(r *RealEvents, d *draft) {
			d.root.set("type", quote(r.pick(strings.ToUpper(d.call), strings.ToUpper(d.call[:1])+d.call[1:])))
		}},
	}
}

// textKinds are about the text of events.
func textKinds() []kind {
	return []kind{
		{name: "duplicate-key", odd: func(r *RealEvents, d *draft) {
			if data := d.data(); len(*data) > 0 {
				data.add((*data)[r.rand.IntN(len(*data))].key, r.pick(`"again"`, `1`, `null`, `{}`))
			}
			d.context.add("locale", `"en"`)
			d.context.add("locale", `"de"`)
		}},
		{name: "duplicate-root-key", odd: func(r *RealEvents, d *draft) {
			d.root.add(r.pick("userId", "type", "messageId"), `"track"`)
		}},
		{name: "lone-surrogate", odd: func(r *RealEvents, d *draft) {
			d.data().set(r.pick("title", "name", "emoji"), r.pick(`"cut \ud83d"`, `"\udc00"`,
				`"\ud83d\ud83d"`, `"\udc00\ud83d"`, `"a\uD83Dz"`))
		}},
		{name: "not-utf-8", odd: func(r *RealEvents, d *draft) {
			d.data().set(r.pick("city", "name", "k\xfcy"), quote(r.pick("M\xfcnchen", "\xff", "\xed\xa0\x80",
				"ok\xc3", "\xc0\xaf")))
		}},
		{name: "blanks", odd: func(_ *RealEvents, d *draft) {
			d.finish = func(text string) string {
				return "\r\n\t " + strings.Replace(text, `"type":`, "\n  \"type\" :\t", 1) + "\n"
			}
		}},
		{name: "not-an-object", odd: func(r *RealEvents, d *draft) {
			d.text = r.pick(`[]`, `"track"`, `null`, `5`, list(d.root.json()), quote(d.root.json()), `true`,
				`{}`)
		}},
		{name: "malformed", malformed: true, odd: func(r *RealEvents, d *draft) {
			d.data().set("ratio", r.pick("NaN", "Infinity", "-Infinity", "undefined", ".5", "05", "+1",
				"0x10", "'x'", "None", "True", "1.", `"a`+"\t"+`b"`, `"\x41"`, `"\u12"`))
			d.root.drop("properties")
			d.root.drop("traits")
			d.inRoot = true
		}},
		{name: "broken-text", malformed: true, odd: func(r *RealEvents, d *draft) {
			d.finish = func(text string) string {
				return r.pick(text[:len(text)/2], text[:len(text)-1]+",}", text+"}", "\ufeff"+text, text+text,
					strings.ReplaceAll(text, `"`, "'"), "", "// note\n"+text, text[1:])
			}
		}},
	}
}
