package lineage

import (
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// Rule is a rule that writes a part of records, by its stable name.
type Rule struct {
	// Name is the rule's name: `trait.email`.
	Name string
	// From is what it reads, as a path in the event or in words; To what it writes, as a path in the record.
	From, To string
}

// Names of rules that are not those of a field.
const (
	recordType        = "type"
	eventName         = "event.name"
	recordTime        = "ts"
	userIdentity      = "identity.user"
	anonymousIdentity = "identity.anonymous"
	previousIdentity  = "identity.previous"
	tokenID           = "token.id"
	tokenType         = "token.type"
	tokenKeys         = "token.keys"
)

// A rule for a field of a table has the table's prefix and the key of the field's row: of several spellings,
// that of the first.
const (
	traitPrefix    = "trait."
	propertyPrefix = "property."
	custom         = "custom"
)

// Rules lists the rules of a ruleset, each once.
func Rules(set *rules.Ruleset) []Rule {
	all := []Rule{
		{recordType, "type", "type"},
		{userIdentity, "userId, else an id among the traits", "identity, objectId, profileData.identity"},
		{anonymousIdentity, "anonymousId", "identity, objectId"},
		{previousIdentity, "previousId", "identity"},
		{recordTime, "ts of traits or properties, else the event's own time", "ts"},
	}
	all = appendRules(all, set.Traits, traitPrefix, "traits.", "profileData.")
	all = append(all, Rule{eventName, "event or name, of the event or its properties", "evtName"})
	all = appendRules(all, set.Properties, propertyPrefix, "properties.", "evtData.")
	return append(all,
		Rule{tokenID, "context.device.token", "tokenData.id"},
		Rule{tokenType, "integrations.CleverTap.deviceTokenType, else context.os.name", "tokenData.type"},
		Rule{tokenKeys, "integrations.CleverTap.chromeKeys", "tokenData.keys"},
	)
}

// appendRules appends the rules for the fields of a table.
func appendRules(all []Rule, t *rules.Table, prefix, from, to string) []Rule {
	for _, f := range t.Fields() {
		switch {
		case f.From == "":
		case f.To != "":
			all = append(all, Rule{prefix + f.From, from + f.From, to + f.To})
		case f.Role == rules.FirstName || f.Role == rules.LastName:
			if keys := t.Keys(f.Role); f.From == keys[0] {
				all = append(all, Rule{prefix + f.From, from + strings.Join(keys, ", "+from), to + "Name"})
			}
		case f.Role == rules.Structured || f.Role == rules.Subscription:
			all = append(all, Rule{prefix + f.From, from + f.From, to + f.From})
		case f.From == overrideFields:
			all = append(all, Rule{prefix + f.From, from + f.From, to + "*"})
		}
	}
	return append(all, Rule{prefix + custom, from + "*", to + "*"})
}

// overrideFields is the trait whose members are written as they are.
const overrideFields = "overrideFields"

// ruleOf names the rule that writes what is in a table's container under a key. To is the member of the record
// that it is written to; empty when it is not.
func ruleOf(t *rules.Table, prefix, key, to string) string {
	switch role := t.Of([]byte(key)); role {
	case rules.Mapped:
		for i := range t.Mapped {
			if f := &t.Mapped[i]; f.From == key && (to == "" || f.To == to) {
				return prefix + key
			}
		}
		return prefix + custom
	case rules.FirstName, rules.LastName:
		return prefix + t.Keys(role)[0]
	case rules.Structured, rules.Subscription:
		return prefix + key
	case rules.PersonID, rules.OtherID:
		return userIdentity
	case rules.VisitorID:
		return anonymousIdentity
	case rules.Internal:
		if key == overrideFields {
			return prefix + key
		}
		return prefix + custom
	default:
		return prefix + custom
	}
}
