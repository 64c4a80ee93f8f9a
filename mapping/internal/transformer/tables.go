package mapping

import (
	"bytes"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// transformer is the TRANSFORMER ruleset: what rudder-transformer v1.145 gives, value for value. What that program does
// follows from JavaScript and its libraries, so the steps below read and write by the rules of package javascript; its
// error texts are repeated, since RudderStack shows them. Where it throws an exception, the event fails with a text of ours.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var transformer = &ruleset{
	name:     "transformer",
	decode:   decodeJavaScript,
	json:     document.Options{DuplicateKeys: true, LoneSurrogates: true, MaxDepth: 2000},
	prepare:  transformerPrepare,
	callType: transformerCallType,
	calls: map[string]call{
		"identify": transformerIdentify,
		"track":    transformerTrack,
		"page":     transformerView,
		"screen":   transformerView,
		"alias":    transformerAlias,
	},
	packing: packing{maxRecords: 1000, maxTokens: 1000},

	userIDs: []path{{"", "userId"}, {"traits", "userId"}, {"traits", "id"}, {"context.traits", "userId"}, {"context.traits", "id"}},

	// The order is that of the keys in the profile.
	profileFields: []field{
		{from: "email", to: "Email"},
		{from: "name", to: "Name"},
		{from: "phone", to: "Phone"},
		{from: "gender", to: "Gender", convert: transformerGender},
		{from: "employed", to: "Employed"},
		{from: "birthday", to: "DOB"},
		{from: "education", to: "Education"},
		{from: "married", to: "Married"},
		{from: "customerType", to: "Customer Type"},
		{from: "avatar", to: "Photo"},
	},
	firstNames: []string{"firstName", "firstname", "first_name"},
	lastNames:  []string{"lastName", "lastname", "last_name"},
	traitRoles: newRoles(map[role][]string{
		internal: {
			"email", "firstName", "firstname", "first_name", "lastName", "lastname", "last_name", "name", "phone", "gender",
			"education", "employed", "birthday", "married", "customerType", "anonymousId", "avatar", "userId", "id", "ts", "overrideFields",
			"__proto__", "constructor", "prototype",
		},
		structured: {"category-unsubscribe", "category-resubscribe"},
	}),
	genders: guide.genders,
	charged: []field{
		{from: "checkout_id", to: "Charged ID"},
		{from: "revenue", to: "Amount"},
		{from: "products", to: "Items"},
	},
	chargedRoles: newRoles(map[role][]string{
		internal:   {"checkout_id", "revenue", "products", "ts", "__proto__", "constructor", "prototype"},
		structured: {"category-unsubscribe", "category-resubscribe"},
	}),
	pageName:     naming{prefix: "Web Page Viewed: ", nameless: "Web Page Viewed"},
	screenName:   naming{prefix: "Screen Viewed: ", nameless: "Screen Viewed"},
	appleSystems: []string{"ios", "watchos", "ipados", "tvos"},
	tokenTypes:   []string{"chrome", "fcm", "gcm", "apns", "wns", "mpns"},
	optionNames:  []string{"clevertap", "Clevertap", "CleverTap", "CLEVERTAP"},
}

// decodeJavaScript reads text as a request body is read: bytes that are not UTF-8 become U+FFFD, and a byte-order mark goes.
func decodeJavaScript(text []byte) []byte {
	return javascript.ToValidUTF8(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
}

// transformerPrepare makes numbers and key order those of JavaScript. What is no object has no properties.
func transformerPrepare(m *Mapper) *Error {
	m.infinite = javascript.Normalize(&m.doc)
	if m.event.Kind() != document.Object {
		m.event = m.doc.NewObject()
	}
	return nil
}

// throws is the error for what throws an exception in rudder-transformer.
func throws(field string, v document.Value, message string) *Error {
	return &Error{Reason: InvalidFieldType, Field: field, Kind: v.Kind(), Message: message}
}

// transformerCallType reads an event's type.
func transformerCallType(m *Mapper) (string, *Error) {
	v := m.event.Get("type")
	if !javascript.Truthy(v) {
		return "", &Error{
			Reason: MissingMessageType, Field: "type", Kind: v.Kind(), Message: "Message Type is not present. Aborting message.",
		}
	}
	if v.Kind() != document.String {
		return "", throws("type", v, "type must be a string, not "+v.Kind().String())
	}
	name := javascript.ToLower(v.Text())
	if _, ok := m.to.rules.calls[name]; !ok {
		return "", &Error{Reason: UnsupportedMessageType, Field: "type", Kind: v.Kind(), Message: "Message type not supported"}
	}
	if m.to.noConfig {
		return "", &Error{Reason: InvalidDestination, Field: "destination.Config", Message: "the destination has no Config"}
	}
	return name, nil
}

// userIDOnly is the userIdOnly field of rudder-transformer; the userId field takes the anonymousId as well.
func (m *Mapper) userIDOnly() document.Value {
	for _, at := range m.to.rules.userIDs {
		if v := javascript.Get(m.event, at.String()); javascript.Truthy(v) || javascript.Zero(v) {
			return v
		}
	}
	return document.Value{}
}

// userIDOrAnonymous is its userId field.
func (m *Mapper) userIDOrAnonymous() document.Value {
	if v := m.userIDOnly(); v.Exists() {
		return v
	}
	if v := m.event.Get("anonymousId"); javascript.Truthy(v) || javascript.Zero(v) {
		return v
	}
	return document.Value{}
}

// emitJavaScript adds a record whose numbers are written as JSON.stringify writes them.
func (m *Mapper) emitJavaScript(record document.Value, token bool) {
	m.emit(m.finite(record), token)
}

// finite returns a value as JSON.stringify writes it: a copy, since numbers beyond a double are themselves until they are written.
func (m *Mapper) finite(v document.Value) document.Value {
	if !m.infinite {
		return v
	}
	written := m.doc.Embed(v)
	javascript.Finite(written)
	return written
}

// stringify is convertObjectAndArrayToString: nested values become JSON text, but for the keys that stay structured. What is
// no object is taken by its own properties.
func (m *Mapper) stringify(from document.Value) document.Value {
	to := m.doc.NewObject()
	from = javascript.Entries(from)
	for p := from.First(); p.Exists(); p = p.Next() {
		to.Add(p)
		if p.Kind() >= document.Array && m.to.rules.chargedRoles.of(p.KeyBytes()) != structured {
			to.Last().Replace(m.doc.JSONText(m.finite(p)))
		}
	}
	return to
}

// pick is lodash.pickBy of what is neither undefined nor null; names that lead to a prototype go as well.
func pick(from document.Value) {
	from.Filter(func(p document.Value) bool {
		switch string(p.KeyBytes()) {
		case "constructor", "prototype", "__proto__":
			return false
		default:
			return !javascript.Nullish(p)
		}
	})
}

// extraction is extractCustomFields: it sets the properties of containers, but for those with a role of their own, under keys
// that are paths.
type extraction struct {
	into document.Value
	// names are those found so far: names found in one container are looked for in those after it as well.
	names []document.Value
	// setter sets the values of names that are paths, once there is one.
	setter *javascript.Setter
}

// extract sets the properties of containers.
func (m *Mapper) extract(into document.Value, known *roles, containers ...string) *Error {
	x := extraction{into: into, names: m.names[:0]}
	for _, path := range containers {
		container := javascript.Get(m.event, path)
		if !javascript.Truthy(container) {
			continue
		}
		properties := container
		if container.Kind() != document.Object {
			properties = javascript.Entries(container)
		}
		for p := properties.First(); p.Exists(); p = p.Next() {
			if known.of(p.KeyBytes()) == internal {
				continue
			}
			x.names = append(x.names, p)
			if x.setter == nil && !javascript.IsPlainKey(p.KeyBytes()) {
				x.setter = javascript.NewSetter()
			}
		}
		for _, name := range x.names {
			if err := x.set(container, properties, name); err != nil {
				return err
			}
		}
	}
	m.names = x.names
	javascript.Order(into)
	return nil
}

// set sets the property of one name, if the container has it.
func (x *extraction) set(container, properties, name document.Value) *Error {
	v := properties.Find(name.KeyBytes())
	if !v.Exists() {
		inherited, ok := javascript.Inherited(container, name.Key())
		if !ok {
			return nil
		}
		if v = inherited; !v.Exists() {
			x.into.Remove(x.into.Find(name.KeyBytes())) // a function takes its place, which JSON leaves out
			return nil
		}
	} else if container.Kind() == document.String {
		v = container // get-value's answer for a path into a string is the string
	}
	if x.setter == nil {
		x.put(name, v)
		return nil
	}
	key := name.Key()
	if err := x.setter.Set(x.into, key, v); err != nil {
		return throws(key, v, "the key "+quote([]byte(key))+": "+err.Error())
	}
	return nil
}

// put sets a member under a key that is no path.
func (x *extraction) put(name, v document.Value) {
	switch had := x.into.Find(name.KeyBytes()); {
	case had.Exists():
		had.Replace(v)
	case bytes.Equal(v.KeyBytes(), name.KeyBytes()):
		x.into.Add(v)
	default:
		x.into.Set(name.Key(), v)
	}
}

// secondsJavaScript converts a ts as rudder-transformer does: what Number() reads as a number other than 0 stays as it is,
// anything else that is truthy is read as a date, in whole seconds, or null if it is none.
func (m *Mapper) secondsJavaScript(ts document.Value, field string) (document.Value, *Error) {
	if !javascript.Truthy(ts) {
		return ts, nil
	}
	number, err := javascript.Number(ts)
	if err != nil {
		return ts, throws(field, ts, field+" can't be read as a time: "+err.Error())
	}
	if number != 0 && number == number {
		return ts, nil
	}
	text, err := javascript.AppendText(nil, ts)
	if err != nil {
		return ts, throws(field, ts, field+" can't be read as a time: "+err.Error())
	}
	seconds, ok := javascript.ParseSeconds(string(text))
	if !ok {
		return m.doc.NewNull(), nil
	}
	return m.doc.NewNumber(string(javascript.AppendNumber(nil, seconds))), nil
}
