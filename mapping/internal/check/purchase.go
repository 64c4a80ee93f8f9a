package check

import (
	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// purchaseRows are about purchases.
func purchaseRows() []Row {
	return []Row{
		{
			Code: rules.InvalidItems, Refusal: clevertap.MalformedEventData, Severity: rules.SeverityError, Place: Items,
			Rule: "the Items of a purchase are an array of objects", Repair: "what is not an object is left out",
			Examples: []Example{{
				Event: `"type":"track","userId":"u","event":"Charged","properties":{"Items":""}`, Path: "properties.Items", At: "/evtData/Items",
				Report: `""`, Action: rules.Dropped,
			}},
			wrong: badItems, repair: dropBadItems,
		},
		{
			Code: rules.TooManyItems, Refusal: clevertap.MalformedEventData, Severity: rules.SeverityError, Place: Items,
			Rule: "a purchase has at most 50 items, unless limits say otherwise", Repair: "the first ones stay",
			Examples: []Example{{
				Event: order(`"products":[{"sku":"A"},{"sku":"B"}]`), Settings: `"limits":{"chargedItems":1}`, At: "/evtData/Items",
				Report: `[{"sku":"A"},{"sku":"B"}]`, Repair: `[{"sku":"A"}]`, Action: rules.Dropped,
			}},
			wrong: func(c *Checker, v document.Value) bool {
				return v.Kind() == document.Array && v.Len() > c.Limits.ChargedItems
			},
			repair: dropItems,
		},
		{
			Code: rules.ChargedWithoutID, Severity: rules.SeverityWarning, Place: Purchase,
			Rule: "a purchase has a Charged ID", Repair: "the order_id is sent as it",
			Examples: []Example{{
				Event: order(`"order_id":"o-1"`), At: "/evtData/Charged ID", Repair: `"o-1"`, Action: rules.Converted,
			}},
			wrong:  func(c *Checker, _ document.Value) bool { return !isGiven(c.data.Get(clevertap.ChargedID)) },
			repair: takeFrom(clevertap.ChargedID, scalar, "order_id"),
			path:   missingFrom(clevertap.ChargedID),
		},
		{
			Code: rules.ChargedWithoutAmount, Severity: rules.SeverityWarning, Place: Purchase,
			Rule: "a purchase has an Amount", Repair: "the total, else the value, is sent as it",
			Examples: []Example{{
				Event: order(`"total":12.5`), At: "/evtData/Amount", Repair: `12.5`, Action: rules.Converted,
			}},
			wrong:  func(c *Checker, _ document.Value) bool { return !isGiven(c.data.Get(clevertap.ChargedAmount)) },
			repair: takeFrom(clevertap.ChargedAmount, amount, "total", "value"),
			path:   missingFrom(clevertap.ChargedAmount),
		},
		{
			Code: rules.AmountNotANumber, Severity: rules.SeverityWarning, Place: Purchase,
			Rule: "the Amount of a purchase is a number", Repair: "text that is a number becomes one",
			Examples: []Example{
				{Event: order(`"revenue":"12.50"`), At: "/evtData/Amount", Report: `"12.50"`, Repair: `12.50`, Action: rules.Converted},
				{Event: order(`"revenue":"1,299.00"`), At: "/evtData/Amount", Report: `"1,299.00"`, Repair: `1299.00`, Action: rules.Converted},
				{Event: order(`"revenue":"free"`), At: "/evtData/Amount", Report: `"free"`, Repair: `"free"`, Action: rules.Sent},
			},
			wrong: func(c *Checker, _ document.Value) bool {
				v := c.data.Get(clevertap.ChargedAmount)
				return isGiven(v) && v.Kind() != document.Number
			},
			repair: func(c *Checker, _ document.Value) outcome {
				v := c.data.Get(clevertap.ChargedAmount)
				number, ok := amount(c, v)
				if !ok {
					return sent
				}
				c.replace(v, number)
				return converted
			},
			path: func(c *Checker) string { return c.nameOf(c.data.Get(clevertap.ChargedAmount)) },
		},
	}
}

// isPurchase reports whether a record is a purchase.
func isPurchase(record document.Value) bool { return record.Get("evtName").Is(clevertap.ChargedEvent) }

// badItems: no array, or an array with what is not an object.
func badItems(_ *Checker, v document.Value) bool {
	if v.Kind() != document.Array {
		return true
	}
	for item := v.First(); item.Exists(); item = item.Next() {
		if item.Kind() != document.Object {
			return true
		}
	}
	return false
}

// dropBadItems leaves out what is not an item.
func dropBadItems(c *Checker, v document.Value) outcome {
	if v.Kind() != document.Array {
		c.data.Remove(v)
		return dropped
	}
	c.keepItems(v, func(item document.Value, _ int) bool { return item.Kind() == document.Object })
	return outcome{}
}

// dropItems leaves out the items beyond the limit.
func dropItems(c *Checker, v document.Value) outcome {
	c.keepItems(v, func(_ document.Value, index int) bool { return index < c.Limits.ChargedItems })
	return outcome{}
}

// keepItems keeps some items, in an array of the record's own, and says which it leaves out.
func (c *Checker) keepItems(v document.Value, keep func(item document.Value, index int) bool) {
	index := 0
	kept := c.Doc.NewArray()
	for item := v.First(); item.Exists(); item = item.Next() {
		if keep(item, index) {
			kept.Add(item)
		} else {
			c.say(c.row, dropped, c.itemPath(index))
		}
		index++
	}
	v.Replace(kept)
}

// takeFrom gives the data a field that is missing, of the first of some others that will do.
func takeFrom(key string, of fix, others ...string) func(c *Checker, v document.Value) outcome {
	return func(c *Checker, _ document.Value) outcome {
		for _, other := range others {
			v := c.data.Get(other)
			if made, ok := of(c, v); ok {
				if made != v {
					c.Derive(made, v)
				}
				c.data.Put(key, made)
				return converted
			}
		}
		return sent
	}
}

// scalar takes a string or number that is there.
func scalar(_ *Checker, v document.Value) (document.Value, bool) {
	switch v.Kind() {
	case document.Number:
		return v, true
	case document.String:
		return v, !rules.IsBlank(v.Bytes())
	default:
		return v, false
	}
}

// amount takes a number, or text that is one.
func amount(c *Checker, v document.Value) (document.Value, bool) {
	switch v.Kind() {
	case document.Number:
		return v, true
	case document.String:
		literal, ok := decimal(v.Text())
		if !ok {
			return v, false
		}
		return c.Doc.NewNumber(literal), true
	default:
		return v, false
	}
}

// missingFrom names the property that a missing field of a purchase should come from.
func missingFrom(key string) func(c *Checker) string {
	return func(c *Checker) string {
		if rules.EqualFold(c.Event.Get("event").Bytes(), rules.OrderCompleted) {
			for i := range c.Rules.Properties.Mapped {
				if f := &c.Rules.Properties.Mapped[i]; f.To == key {
					return rules.Path("properties", f.From)
				}
			}
		}
		return rules.Path("properties", key)
	}
}
