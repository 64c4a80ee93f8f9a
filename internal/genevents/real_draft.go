package genevents

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// member is a member of an object: its key as text, its value as JSON.
type member struct{ key, value string }

// object is an object in the making.
//
//nolint:recvcheck // What builds it changes it; what reads it takes literals as well.
type object []member

// obj makes an object of keys and values in turn.
func obj(pairs ...string) object {
	o := object{}
	for i := 0; i+1 < len(pairs); i += 2 {
		o.add(pairs[i], pairs[i+1])
	}
	return o
}

// add appends a member, though there be one of that key.
func (o *object) add(key, value string) { *o = append(*o, member{key, value}) }

// set gives a key a value.
func (o *object) set(key, value string) {
	for i := range *o {
		if (*o)[i].key == key {
			(*o)[i].value = value
			return
		}
	}
	o.add(key, value)
}

// drop removes a key.
func (o *object) drop(key string) {
	for i := range *o {
		if (*o)[i].key == key {
			*o = append((*o)[:i:i], (*o)[i+1:]...)
			return
		}
	}
}

// has reports whether there is a key.
func (o object) has(key string) bool {
	for _, m := range o {
		if m.key == key {
			return true
		}
	}
	return false
}

// json returns the object's text.
func (o object) json() string {
	var b strings.Builder
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(m.key) + ":" + m.value)
	}
	b.WriteByte('}')
	return b.String()
}

// quote returns a text as a JSON string, as it is but for what must be escaped. Text that is not UTF-8 stays so.
func quote(text string) string {
	if !utf8.ValidString(text) {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) //nolint:errchkjson // A string can be written.
	return strings.TrimSuffix(b.String(), "\n")
}

// escape returns a text as a JSON string in which all that is not ASCII is escaped, as PHP and Python write it.
func escape(text string) string {
	var b strings.Builder
	for _, char := range quote(text) {
		switch {
		case char < utf8.RuneSelf:
			b.WriteRune(char)
		case char > 0xffff:
			high, low := utf16.EncodeRune(char)
			fmt.Fprintf(&b, `\u%04x\u%04X`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, char)
		}
	}
	return b.String()
}

// list returns an array of values.
func list(values ...string) string { return "[" + strings.Join(values, ",") + "]" }

// draft is an event in the making.
type draft struct {
	call string
	// root holds what is not in the following.
	root, traits, context, properties, integrations, settings object
	// inContext and inRoot tell where the traits are.
	inContext, inRoot bool
	// text is the event's text where it is not what the parts make, and finish changes the text that they make.
	text   string
	finish func(string) string
}

// event returns the event's text. A part that root names as well is root's.
func (d *draft) event() []byte {
	if d.text != "" {
		return []byte(d.text)
	}
	root, context := append(object{}, d.root...), append(object{}, d.context...)
	if d.inContext && len(d.traits) > 0 && !context.has("traits") {
		context.add("traits", d.traits.json())
	}
	put := func(key string, part object) {
		if len(part) > 0 && !root.has(key) {
			root.add(key, part.json())
		}
	}
	if d.inRoot {
		put("traits", d.traits)
	}
	put("context", context)
	put("properties", d.properties)
	put("integrations", d.integrations)
	text := root.json()
	if d.finish != nil {
		text = d.finish(text)
	}
	return []byte(text)
}

// draft makes an event that has nothing odd about it.
func (r *RealEvents) draft(call string) *draft {
	d := &draft{call: call, settings: r.settings()}
	d.root = obj("type", quote(call), "messageId", quote(r.uuid()))
	r.send(d)
	if d.inRoot = d.inRoot || !d.inContext; d.inContext && r.odds(6) {
		d.inRoot = true
	}
	if !r.odds(6) || call == "alias" {
		d.root.add("userId", quote(r.userID()))
	}
	if !d.root.has("userId") || !r.odds(3) {
		d.root.add("anonymousId", quote(r.uuid()))
	}
	switch call {
	case "identify":
		d.traits = r.traits()
	case "track":
		d.root.add("event", quote(r.pick("Product Viewed", "Product Added", "Signed Up", "Ride Booked",
			"Coupon Applied", "Level Finished", "song_played", "KYC done", "Bestellung angesehen", "商品を見た",
			"Checkout Step Completed")))
		d.properties = r.properties()
	case "page", "screen":
		d.root.add("name", quote(r.pick("Home", "Pricing", "Cart", "Article", "Mon compte", "検索",
			"Search Results")))
		d.properties = r.visit()
	case "alias":
		d.root.add("previousId", quote(r.uuid()))
	}
	return d
}

// userID returns an id that names somebody.
func (r *RealEvents) userID() string {
	return r.pick("u-"+r.digits(5), r.digits(8), r.uuid(), "cus_"+r.digits(10), "user"+r.digits(3))
}

// traits returns traits that have nothing odd about them.
func (r *RealEvents) traits() object {
	all := obj(
		"name", quote(r.pick("Asha Rao", "Zoë Müller", "李雷", "Ngozi Eze", "John Smith", "Ольга Петрова")),
		"email", quote(r.email()), "phone", quote(r.country().international()), "plan",
		quote(r.pick("free", "pro", "Enterprise")), "city",
		quote(r.pick("Pune", "Zürich", "São Paulo", "東京")), "logins", strconv.Itoa(r.rand.IntN(500)), "ltv",
		fmt.Sprintf("%d.%02d", r.rand.IntN(5000), r.rand.IntN(100)), "newsletter", r.pick("true", "false"),
		"createdAt", quote(r.stamp()), "gender", quote(r.pick("M", "F", "male", "female")), "MSG-email",
		r.pick("true", "false"), "employed", quote(r.pick("Y", "N")), "education",
		quote(r.pick("School", "College", "Graduate")), "birthday",
		quote("$D_"+strconv.Itoa(r.between(-500_000_000, 1_100_000_000))), "avatar",
		quote("https://img.example.com/"+r.digits(6)+".png"),
		"Age", strconv.Itoa(r.between(16, 90)),
	)
	r.rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:r.between(2, len(all))]
}

// properties returns properties that have nothing odd about them.
func (r *RealEvents) properties() object {
	all := obj(
		"product_id", quote("p-"+r.digits(4)), "sku", quote("SKU"+r.digits(3)), "price",
		fmt.Sprintf("%d.%02d", r.rand.IntN(300), r.rand.IntN(100)), "quantity", strconv.Itoa(r.between(1, 9)),
		"currency", quote(r.pick("USD", "INR", "EUR")), "category", quote(r.pick("Shoes", "Bücher", "ゲーム")),
		"in_stock", r.pick("true", "false"), "coupon", quote(r.pick("SAVE10", "")), "source",
		quote(r.pick("push", "mail", "organic")), "ts", strconv.FormatInt(r.clock.Unix(), 10),
	)
	r.rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:r.between(1, len(all))]
}

// visit returns the properties of a page or screen.
func (r *RealEvents) visit() object {
	path := "/" + r.pick("", "pricing", "cart", "a/b/c")
	return obj("path", quote(path), "url", quote("https://shop.example.com"+path), "title",
		quote("Shop – "+path), "referrer", quote(r.pick("$direct", "https://www.example.com/")),
		"search", quote(r.pick("", "?q=shoes&page=2")))
}

// stamp returns the clock as RudderStack writes times.
func (r *RealEvents) stamp() string { return r.clock.Format("2006-01-02T15:04:05.000Z") }

// settings returns the settings of a destination, often with some of the checks' own.
func (r *RealEvents) settings() object {
	s := obj("accountId", `"ACC"`, "passcode", `"PW"`, "region", quote(r.pick("none", "in1", "sg1", "us1",
		"aps3", "mec1", "eu1")), "trackAnonymous", strconv.FormatBool(!r.odds(5)), "enableObjectIdMapping",
		r.pick("true", "false"))
	if r.odds(4) {
		s.add("useEventTimestamp", "true")
	}
	if r.odds(2) {
		s.add("defaultCountry", quote(r.country().iso))
	}
	if r.odds(2) {
		s.add("dateOrder", quote(r.pick("DATE_ORDER_DMY", "DATE_ORDER_MDY")))
	}
	if r.odds(4) {
		s.add("nestedValues", quote("NESTED_VALUES_"+r.pick("STRINGIFY", "FLATTEN", "DROP", "KEEP")))
	}
	if r.odds(8) {
		s.add("limits", r.pick(`{"eventProperties":256}`, `{"eventProperties":20,"chargedItems":3}`,
			`{"valueBytes":1024,"keyCharacters":200}`,
			`{"profileAttributes":10,"keyCharacters":32,"valueBytes":64}`,
			`{"eventNameBytes":40,"chargedItems":256}`))
	}
	return s
}
