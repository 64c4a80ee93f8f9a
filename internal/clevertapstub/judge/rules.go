package judge

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// rule is a reason to refuse a record.
type rule struct {
	// code is CleverTap's, as API Errors lists them, or Undocumented.
	code int
	// text is what CleverTap says, where a reply is known, or of that kind; {} stands for the key of what is at fault.
	text string
	// faults returns the paths of what is at fault.
	faults func(*reading) []string
}

// The rules of records, in the order in which they are looked at. Of that order only a part is known: the kind, then who, then
// the fields of a profile as fields has them.
//
//nolint:gochecknoglobals // Tables; nothing writes to them.
var (
	who = []rule{
		{523, "Identity is missing or invalid.", badIdentity},
		{526, "objectId is invalid.", badObjectID},
		{525, "Timestamp is not in epoch format.", badTime},
	}
	eventRules = slices.Concat(who, []rule{
		{509, "Event Name is incorrect. ErrorCode: 509 - Event name is mandatory.", noName},
		{513, "Trying to raise a restricted system event.", reservedName},
		{528, "Event is discarded.", discardedName},
		{Undocumented, "Event name is too long.", longName},
		{512, "Event data is malformed.", noData},
		{522, "Event has too many properties.", tooManyProperties},
		{512, "Event data is malformed. Items must be an array of flat objects.", badItems},
		{512, "Event data is malformed. Too many items.", tooManyItems},
		{512, "Event data is malformed. Only Items can have a nested structure, for field : {}.", nested},
	}, values)
	profileRules = slices.Concat(who, []rule{
		{523, "Profile data is missing.", noData},
	}, fieldRules(), []rule{
		{522, "Profile has too many attributes.", tooManyAttributes},
		{512, "Profile data is malformed. Nested value, for field : {}.", nested},
	}, values)
	values = []rule{
		{512, "Data is malformed. Empty key.", emptyKey},
		{512, "Data is malformed. Key is too long, for field : {}.", longKey},
		{512, "Data is malformed. Value is too long, for field : {}.", longValue},
		{512, "Data is malformed. Number is out of range, for field : {}.", infinite},
		{Undocumented, "Data is malformed. Value wasn't a primitive, for field : {}.", nullInItem},
	}
	tokenRules = []rule{
		{530, "objectId is invalid.", badTokenObjectID},
		{531, "Token data is invalid.", noData},
		{532, "Token id is missing.", noTokenID},
		{533, "Token type is missing.", noTokenType},
		{534, "Token type is invalid.", badTokenType},
		{535, "Token keys are missing.", noTokenKeys},
	}
)

// rulesOf returns the rules of a kind of record.
func rulesOf(kind string) ([]rule, bool) {
	switch kind {
	case "event":
		return eventRules, true
	case "profile":
		return profileRules, true
	case "token":
		return tokenRules, true
	default:
		return nil, false
	}
}

// fieldRules are the rules of a profile's standard fields.
func fieldRules() []rule {
	rules := make([]rule, 0, len(fields))
	for _, f := range fields {
		rules = append(rules, rule{f.code, f.key + " is invalid.", func(r *reading) []string {
			value := r.data.get(f.key)
			operator, isChange := isOperator(value)
			return when(value != nil && !f.is(value) && (!isChange || operator != "$delete"), "profileData."+f.key)
		}})
	}
	return rules
}

// when returns a path when there is a fault.
func when(fault bool, path string) []string {
	if fault {
		return []string{path}
	}
	return nil
}

// faulty returns the paths of the entries that have a fault.
func (r *reading) faulty(fault func(entry) bool) (paths []string) {
	for _, e := range r.entries {
		if fault(e) {
			paths = append(paths, e.path)
		}
	}
	return paths
}

// idKeys are the keys of which a record has exactly one at its root.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var idKeys = [...]string{"identity", "objectId", "FBID", "GPID"}

// placeholders are texts that CleverTap does not take for an identity, in any case. Source: CSV Upload.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var placeholders = strings.Fields(`undefined null na n/a 0 nil -1 infinity -infinity inf -inf nan -nan empty xxxxxx none`)

// badIdentity: not exactly one id, or an identity that names nobody.
func badIdentity(r *reading) (paths []string) {
	given := 0
	for _, key := range idKeys {
		value := r.record.get(key)
		if !isGiven(value) {
			continue
		}
		given++
		if key != "objectId" && !isIdentity(value) {
			paths = append(paths, key)
		}
	}
	if given != 1 {
		paths = append(paths, "identity")
	}
	inside := r.data.get("identity")
	return append(paths, when(r.kind == "profile" && inside != nil && !isIdentity(inside), "profileData.identity")...)
}

// isIdentity: a string or number under 1024 characters that says something.
func isIdentity(value jsontext.Value) bool {
	id, ok := textOf(value)
	if value.Kind() == jsontext.KindNumber {
		id, ok = string(value), true
	}
	return ok && strings.TrimSpace(id) != "" && utf8.RuneCountInString(id) < 1024 &&
		!slices.ContainsFunc(placeholders, func(p string) bool { return strings.EqualFold(p, id) })
}

// isObjectID: 1 to 64 characters of those that Set CleverTap ID lists.
//
//nolint:gochecknoglobals // A form; nothing writes to it.
var isObjectID = text(`^[A-Za-z0-9()!:@$_-]{1,64}$`)

func badObjectID(r *reading) []string {
	id := r.record.get("objectId")
	return when(isGiven(id) && !isObjectID(id), "objectId")
}

// badTokenObjectID: a token belongs to an objectId, and to nothing else.
func badTokenObjectID(r *reading) []string {
	others := slices.ContainsFunc(idKeys[:], func(key string) bool { return key != "objectId" && isGiven(r.record.get(key)) })
	return when(others || !isObjectID(r.record.get("objectId")), "objectId")
}

// badTime: ts is in whole seconds since 1970.
func badTime(r *reading) []string {
	ts := r.record.get("ts")
	seconds, ok := numberOf(ts)
	return when(ts != nil && (!ok || seconds <= 0 || seconds != math.Trunc(seconds)), "ts")
}

// reserved are the names of events that are CleverTap's own: those of Platform Considerations, those of the Android SDK, and
// one from a recorded reply. Case and blanks do not matter.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var reserved = [...]string{
	"Notification Sent", "Notification Viewed", "Notification Clicked", "Notification Delivered", "Notification Replied",
	"UTM Visited", "App Launched", "App Uninstalled", "App Version Changed", "Stayed", "Reply Sent", "Experiment Rendered",
	"Reachable By", "Identity Reset", "Identity Set", "Identity Error",
	"wzrk_d", "Notification Bounced", "Geocluster Entered", "Geocluster Exited", "SCOutgoing", "SCIncoming", "SCEnd",
	"SCCampaignOptOut",
	"Web Page Viewed",
}

// bare is a name as CleverTap compares it.
func bare(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, name))
}

func (r *reading) name() string {
	name, _ := textOf(r.record.get("evtName"))
	return name
}

func noName(r *reading) []string { return when(strings.TrimSpace(r.name()) == "", "evtName") }

func reservedName(r *reading) []string {
	name := bare(r.name())
	return when(slices.ContainsFunc(reserved[:], func(own string) bool { return bare(own) == name }), "evtName")
}

func discardedName(r *reading) []string {
	name := bare(r.name())
	return when(slices.ContainsFunc(r.rules.Discarded, func(other string) bool { return bare(other) == name }), "evtName")
}

func longName(r *reading) []string { return when(len(r.name()) > r.rules.EventNameBytes, "evtName") }

func noData(r *reading) []string {
	return when(!r.hasData, map[string]string{"event": "evtData", "profile": "profileData", "token": "tokenData"}[r.kind])
}

func tooManyProperties(r *reading) []string {
	return when(len(r.data) > r.rules.EventProperties, "evtData")
}

// tooManyAttributes: CleverTap's own fields do not count.
func tooManyAttributes(r *reading) []string {
	custom := 0
	for _, m := range r.data {
		if !isStandard(m.key) {
			custom++
		}
	}
	return when(custom > r.rules.ProfileAttributes, "profileData")
}

// badItems: the items of a purchase are an array of objects.
func badItems(r *reading) []string {
	given := r.data.get("Items")
	if r.name() != "Charged" || given == nil {
		return nil
	}
	items, isArray := parseArray(given)
	if !isArray {
		return []string{"evtData.Items"}
	}
	var paths []string
	for i, item := range items {
		paths = append(paths, when(item.Kind() != jsontext.KindBeginObject, "evtData.Items["+strconv.Itoa(i)+"]")...)
	}
	return paths
}

func tooManyItems(r *reading) []string {
	return when(len(r.items()) > r.rules.ChargedItems, "evtData.Items")
}

// nested: values are flat, but for the items of a purchase, changes of an attribute and groups of subscriptions.
func nested(r *reading) []string {
	count := map[jsontext.Kind]int{}
	return r.faulty(func(e entry) bool {
		if !isNested(e.value) || r.mayNest(e) {
			return false
		}
		if !e.inItem {
			count[e.value.Kind()]++
		}
		return !r.rules.Nested || !inBeta(e.value) || r.size > 128<<10 || count[e.value.Kind()] > 5
	})
}

// mayNest reports whether an entry may be nested on any account.
func (r *reading) mayNest(e entry) bool {
	if r.kind == "event" {
		return e.key == "Items" && !e.inItem && r.name() == "Charged"
	}
	_, isChange := isOperator(e.value)
	return isChange || e.key == "category-unsubscribe" || e.key == "category-resubscribe"
}

// inBeta: nested values have at most three levels, and arrays at most 100 elements. Of a record, at most five keys hold objects
// and five hold arrays, and it has at most 128 KB. Source: Nested Objects, and the SDKs.
func inBeta(value jsontext.Value) bool {
	elements, _ := parseArray(value)
	return depth(value) <= 3 && len(elements) <= 100
}

func emptyKey(r *reading) []string { return r.faulty(func(e entry) bool { return e.key == "" }) }

func longKey(r *reading) []string {
	return r.faulty(func(e entry) bool { return utf8.RuneCountInString(e.key) > r.rules.KeyCharacters })
}

// longValue: an identity has a limit of its own.
func longValue(r *reading) []string {
	return r.faulty(func(e entry) bool {
		text, _ := textOf(e.value)
		return len(text) > r.rules.ValueBytes && (r.kind != "profile" || e.key != "identity")
	})
}

func infinite(r *reading) []string {
	return r.faulty(func(e entry) bool { return e.value.Kind() == jsontext.KindNumber && !isFinite(e.value) })
}

func nullInItem(r *reading) []string {
	return r.faulty(func(e entry) bool { return e.inItem && e.value.Kind() == jsontext.KindNull })
}

// said returns what a member of a token's data says.
func said(o object, key string) string {
	text, _ := textOf(o.get(key))
	return strings.TrimSpace(text)
}

func noTokenID(r *reading) []string {
	return when(r.hasData && said(r.data, "id") == "", "tokenData.id")
}

func noTokenType(r *reading) []string {
	return when(r.hasData && said(r.data, "type") == "", "tokenData.type")
}

// isTokenType is one of the kinds of tokens that Upload Device Tokens lists.
//
//nolint:gochecknoglobals // A form; nothing writes to it.
var isTokenType = text(`^(apns|gcm|fcm|wns|mpns|chrome)$`)

func badTokenType(r *reading) []string {
	return when(said(r.data, "type") != "" && !isTokenType(r.data.get("type")), "tokenData.type")
}

// noTokenKeys: a token of chrome comes with two keys.
func noTokenKeys(r *reading) []string {
	keys, _ := parseObject(r.data.get("keys"))
	return when(said(r.data, "type") == "chrome" && (said(keys, "p256dh") == "" || said(keys, "auth") == ""), "tokenData.keys")
}
