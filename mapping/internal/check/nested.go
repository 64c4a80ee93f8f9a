package check

import (
	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// nestedRow is about arrays and objects where CleverTap takes none. GUIDE writes most of them as nestedValues
// says before they come here; what overrides stays as it is unless it is mended.
func nestedRow() Row {
	return Row{
		Code: rules.NestedValueRefused, Refusal: clevertap.MalformedEventData, Severity: rules.SeverityError, Place: Value,
		Rule:   "only the Items of a purchase are nested, and nothing in them is, unless the account has the beta of nested objects",
		Repair: "as nestedValues says",
		Examples: []Example{
			{
				Event: `"type":"identify","userId":"u","traits":{"overrideFields":{"cart":{"id":7}}}`, Path: "traits.overrideFields.cart",
				At: "/profileData/cart", Report: `{"id":7}`, Repair: `"{\"id\":7}"`, Action: rules.Converted,
			},
			{
				Event:    `"type":"identify","userId":"u","traits":{"overrideFields":{"cart":{"id":7}}}`,
				Settings: `"nestedValues":"flatten"`, Path: "traits.overrideFields.cart", At: "/profileData/cart_id", Repair: `7`, Action: rules.Converted,
			},
			{
				Event:    `"type":"identify","userId":"u","traits":{"overrideFields":{"cart":{"id":7}}}`,
				Settings: `"nestedValues":"drop"`, Path: "traits.overrideFields.cart", At: "/profileData/cart", Report: `{"id":7}`, Action: rules.Dropped,
			},
			{
				Event: order(`"products":[{"tags":["a"]}]`), Path: "properties.products[0].tags", At: "/evtData/Items/0/tags",
				Report: `["a"]`, Transformer: true,
			},
		},
		wrong:  func(c *Checker, v document.Value) bool { return v.Kind() >= document.Array && !c.mayNest(v) },
		repair: unnest,
	}
}

// mayNest reports whether CleverTap takes a nested value.
func (c *Checker) mayNest(v document.Value) bool {
	switch {
	case c.profile && (isOperator(v) || isStructured(v.KeyBytes())):
		return true
	case !c.profile && !c.inItem && string(v.KeyBytes()) == clevertap.ChargedItems && isPurchase(c.record):
		return true
	case c.To.Checks.Nested != rules.Keep:
		return false
	}
	return c.isAmongFirst(v) && rules.IsShallow(v, clevertap.MaxNestedLevels) && (!c.repairs || c.IsPlain(v)) && !c.isHuge()
}

// isAmongFirst counts the nested values of the data, and reports whether this one is still within the limit.
// Those in items have none of their own.
func (c *Checker) isAmongFirst(v document.Value) bool {
	count := &c.objects
	switch {
	case c.inItem:
		return true
	case v.Kind() == document.Array:
		count = &c.arrays
	}
	*count++
	return *count <= clevertap.MaxNestedKeys
}

// isHuge reports whether the record is longer than records with nested values may be.
func (c *Checker) isHuge() bool {
	return len(c.record.AppendJSON(nil)) > clevertap.MaxNestedBytes
}

//nolint:gochecknoglobals // Tables; nothing writes to them.
var (
	structured = namesOf(clevertap.StructuredAttributes())
	operators  = namesOf(clevertap.ListOperators())
)

// namesOf makes a set of keys.
func namesOf(keys []string) *names[bool] {
	n := &names[bool]{}
	for _, key := range keys {
		n.add(key, true)
	}
	return n
}

// isStructured reports whether an attribute's values are objects.
func isStructured(key []byte) bool {
	_, found := structured.get(key)
	return found
}

// isOperator reports whether a value changes an attribute instead of setting it, with what the operator takes:
// {"$add": ["a"]}.
func isOperator(v document.Value) bool {
	m := v.First()
	if _, found := operators.get(m.KeyBytes()); v.Kind() != document.Object || !found || m.Next().Exists() {
		return false
	}
	switch key := string(m.KeyBytes()); {
	case key == "$incr" || key == "$decr":
		return m.Kind() == document.Number && !overflows(m)
	case m.Kind() == document.Array && key != "$delete":
		for e := m.First(); e.Exists(); e = e.Next() {
			if e.Kind() >= document.Array {
				return false
			}
		}
		return true
	default:
		return m.Kind() < document.Array
	}
}

// unnest writes a nested value as nestedValues says.
func unnest(c *Checker, v document.Value) outcome {
	switch policy := c.To.Checks.Nested; {
	case policy == rules.Drop:
		return outcome{action: rules.Dropped, remove: true, code: rules.NestedValueDropped}
	case policy == rules.Flatten && v.Kind() == document.Object:
		c.Flatten(c.object, v.KeyBytes(), v)
		return outcome{action: rules.Converted, remove: true, code: rules.NestedValueFlattened}
	}
	c.replace(v, c.Doc.JSONText(v))
	return outcome{action: rules.Converted, code: rules.NestedValueStringified}
}
