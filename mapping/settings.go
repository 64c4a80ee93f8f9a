package mapping

import (
	"fmt"
	"strconv"
	"strings"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// Problem is one thing wrong with a destination's settings.
type Problem struct {
	// Severity is SeverityError when the destination can't be used, SeverityWarning when the setting is
	// ignored or hardly meant, and SeverityInfo when it is RudderStack's own and means nothing here.
	Severity Severity
	// Path is the setting: `region`, `whitelistedEvents[2].eventName`.
	Path string
	// Message says what is wrong and what to do. It never repeats a secret.
	Message string

	kind document.Kind
}

// Values of eventFilteringOption.
const (
	filterDisable   = "disable"
	filterWhitelist = "whitelistedEvents"
	filterBlacklist = "blacklistedEvents"
)

// Values of connectionMode.
const (
	deviceMode = "device"
	cloudMode  = "cloud"
)

// settings are a destination's settings as they were read.
type settings struct {
	accountID, passcode, region string
	trackAnonymous              bool
	objectIDMapping             bool
	useEventTimestamp           bool
	useNativeSDK                rules.Platforms[rules.Mode]
	connectionMode              rules.Platforms[string]
	filterOption                string
	whitelist, blacklist        []string
	ruleset                     clevertapv1.Ruleset
	// within is the key that the settings stand under in RudderStack's whole destination object, else empty.
	within string
	// beside are the problems of what stands beside them there.
	beside       []Problem
	checkMode    clevertapv1.CheckMode
	country      string
	dateOrder    clevertapv1.DateOrder
	nestedValues clevertapv1.NestedValues
	limits       rules.Limits
	// unread are the settings that have a problem already, so that they are not called missing as well.
	unread map[string]bool
}

// typedSettings reads typed settings.
func typedSettings(t *clevertapv1.Destination) (settings, []Problem) {
	s := settings{
		accountID: t.GetAccountId(), passcode: t.GetPasscode(), region: t.GetRegion(),
		trackAnonymous: t.GetTrackAnonymous(), objectIDMapping: t.GetEnableObjectIdMapping(),
		useEventTimestamp: t.GetUseEventTimestamp(), filterOption: t.GetEventFilteringOption(),
		whitelist: eventNames(t.GetWhitelistedEvents()), blacklist: eventNames(t.GetBlacklistedEvents()), ruleset: t.GetRuleset(),
		checkMode: t.GetCheckMode(), country: t.GetDefaultCountry(), dateOrder: t.GetDateOrder(),
		nestedValues: t.GetNestedValues(), limits: typedLimits(t.GetLimits()),
	}
	for at, name := range rules.PlatformNames() {
		if on, named := t.GetUseNativeSdk()[name]; named {
			s.useNativeSDK[at] = nativeMode(on)
		}
		s.connectionMode[at] = t.GetConnectionMode()[name]
	}
	var problems []Problem
	for name, on := range t.GetUseNativeSdk() {
		problems = append(problems, sourceProblem("useNativeSDK", name, on)...)
	}
	for name, mode := range t.GetConnectionMode() {
		problems = append(problems, sourceProblem("connectionMode", name, mode == deviceMode)...)
	}
	return s, problems
}

// eventNames lists the names of a filter.
func eventNames(events []*clevertapv1.FilteredEvent) []string {
	names := make([]string, 0, len(events))
	for _, e := range events {
		names = append(names, e.GetEventName())
	}
	return names
}

// settingsReader reads settings of RudderStack's JSON and notes what is wrong.
type settingsReader struct {
	settings
	problems []Problem
}

// parseSettings reads settings of RudderStack's JSON, alone or within RudderStack's whole destination object.
func parseSettings(text []byte) (settings, []Problem, *Error) {
	var doc document.Document
	if err := doc.Parse(text, document.Options{}); err != nil {
		return settings{}, nil, rules.MalformedDestination(err)
	}
	root := doc.Root()
	if root.Kind() != document.Object {
		return settings{}, nil, &Error{
			Reason: InvalidDestination, Field: "destination", Kind: root.Kind(),
			Message: "destination: the settings must be an object, not " + root.Kind().String(),
		}
	}
	var r settingsReader
	config := configOf(root)
	if !config.Exists() {
		r.read(root)
		return r.settings, r.problems, nil
	}
	r.within = config.Key()
	r.read(config)
	for v := root.First(); v.Exists(); v = v.Next() {
		if def, known := settingNamed(v.Key()); known && def.read != nil && v.Kind() != document.Null {
			r.beside = append(r.beside, Problem{
				Severity: SeverityWarning, Path: v.Key(), kind: v.Kind(),
				Message: "it is ignored: the settings are those within " + r.within,
			})
		}
	}
	return r.settings, r.problems, nil
}

// configKeys are the keys under which RudderStack's destination object holds the settings: rudder-server spells
// it the one way, the control plane and the deletion of users the other.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var configKeys = [...]string{"Config", "config"}

// configOf returns the settings within RudderStack's whole destination object (`{"ID": …, "Config": {…}}`);
// where there are none, root is the settings themselves.
func configOf(root document.Value) document.Value {
	for _, key := range configKeys {
		if config := root.Get(key); config.Kind() == document.Object {
			return config
		}
	}
	return document.Value{}
}

// configText returns the text of the settings, which is that of their object unless they stand within
// RudderStack's whole destination object. The text must have passed parseSettings.
func configText(text []byte) []byte {
	var doc document.Document
	if doc.Parse(text, document.Options{}) == nil {
		if config := configOf(doc.Root()); config.Exists() {
			return config.AppendJSON(nil)
		}
	}
	return text
}

// read reads the settings that an object holds.
func (r *settingsReader) read(from document.Value) {
	for v := from.First(); v.Exists(); v = v.Next() {
		def, known := settingNamed(v.Key())
		switch {
		case !known:
			r.note(SeverityWarning, v.Key(), v, unknownSetting(v.Key()))
		case v.Kind() == document.Null:
		case def.read == nil:
			r.note(SeverityInfo, v.Key(), v, "it is RudderStack's own and means nothing here")
		default:
			def.read(r, v)
		}
	}
}

// note adds a problem.
func (r *settingsReader) note(severity Severity, path string, v document.Value, message string) {
	r.problems = append(r.problems, Problem{Severity: severity, Path: path, Message: message, kind: v.Kind()})
	if severity == SeverityError {
		if r.unread == nil {
			r.unread = map[string]bool{}
		}
		name, _, _ := strings.Cut(path, ".")
		r.unread[name] = true
	}
}

// wrongType notes a setting of the wrong JSON type.
func (r *settingsReader) wrongType(path string, v document.Value, wanted string) {
	r.note(SeverityError, path, v, "it must be "+wanted+", not "+v.Kind().String())
}

// text reads a text.
func (r *settingsReader) text(to *string, path string, v document.Value) {
	if v.Kind() != document.String {
		r.wrongType(path, v, "a string")
		return
	}
	*to = v.Text()
}

// boolean reads a boolean.
func (r *settingsReader) boolean(to *bool, path string, v document.Value) {
	if v.Kind() != document.Bool {
		r.wrongType(path, v, "a boolean")
		return
	}
	*to = v.True()
}

// nativeSDK reads one boolean for all platforms, or an object of one for each source type.
func (r *settingsReader) nativeSDK(v document.Value) {
	switch v.Kind() {
	case document.Bool:
		for at := range r.useNativeSDK {
			if rules.Platform(at).HasDeviceMode() {
				r.useNativeSDK[at] = nativeMode(v.True())
			}
		}
	case document.Object:
		for m := v.First(); m.Exists(); m = m.Next() {
			var on bool
			r.boolean(&on, "useNativeSDK."+m.Key(), m)
			if at, ok := rules.PlatformNamed(m.Key()); ok {
				r.useNativeSDK[at] = nativeMode(on)
			}
			r.problems = append(r.problems, sourceProblem("useNativeSDK", m.Key(), on)...)
		}
	default:
		r.wrongType("useNativeSDK", v, "a boolean or an object of booleans by source type")
	}
}

// mode reads one mode for all platforms, or an object of one for each source type.
func (r *settingsReader) modes(v document.Value) {
	switch v.Kind() {
	case document.String:
		mode := v.Text()
		if !knownMode(mode) {
			r.note(SeverityError, "connectionMode", v, "it must be device or cloud")
			return
		}
		for at := range r.connectionMode {
			if rules.Platform(at).HasDeviceMode() {
				r.connectionMode[at] = mode
			}
		}
	case document.Object:
		for m := v.First(); m.Exists(); m = m.Next() {
			var mode string
			r.text(&mode, "connectionMode."+m.Key(), m)
			if at, ok := rules.PlatformNamed(m.Key()); ok {
				r.connectionMode[at] = mode
			}
			r.problems = append(r.problems, sourceProblem("connectionMode", m.Key(), mode == deviceMode)...)
		}
	default:
		r.wrongType("connectionMode", v, "a string or an object of strings by source type")
	}
}

// knownMode reports whether a mode is one of RudderStack's, or none.
func knownMode(mode string) bool { return mode == "" || mode == deviceMode || mode == cloudMode }

// nativeMode is the mode that useNativeSDK asks for.
func nativeMode(on bool) rules.Mode {
	if on {
		return rules.DeviceMode
	}
	return rules.CloudMode
}

// mode is a platform's mode: connectionMode's, else that of useNativeSDK. Device mode where there is none is
// ignored.
func (s *settings) mode(at rules.Platform) rules.Mode {
	mode := s.useNativeSDK[at]
	switch s.connectionMode[at] {
	case deviceMode:
		mode = rules.DeviceMode
	case cloudMode:
		mode = rules.CloudMode
	}
	if mode == rules.DeviceMode && !at.HasDeviceMode() {
		return rules.UnknownMode
	}
	return mode
}

// names reads an event filter: `[{"eventName": "…"}]`.
func (r *settingsReader) names(to *[]string, path string, v document.Value) {
	if v.Kind() != document.Array {
		r.wrongType(path, v, "an array of objects with an eventName")
		return
	}
	index := 0
	for e := v.First(); e.Exists(); e = e.Next() {
		at := path + "[" + strconv.Itoa(index) + "]"
		index++
		if e.Kind() != document.Object {
			r.wrongType(at, e, "an object with an eventName")
			continue
		}
		name := e.Get("eventName")
		var text string
		if name.Kind() <= document.Null {
			r.note(SeverityWarning, at, e, "it has no eventName: it is ignored")
			*to = append(*to, text)
			continue
		}
		r.text(&text, at+".eventName", name)
		*to = append(*to, text)
	}
}

// sourceProblem notes a source type that is unknown, and device mode for one that has none.
func sourceProblem(setting, source string, device bool) []Problem {
	at, known := rules.PlatformNamed(source)
	switch {
	case known && at.HasDeviceMode(), (known || isCloudSource(source)) && !device:
		return nil
	case known || isCloudSource(source):
		return []Problem{{
			Severity: SeverityWarning, Path: setting + "." + source,
			Message: "this source type has no device mode: it is ignored",
		}}
	}
	var names []string
	for at, name := range rules.PlatformNames() {
		if rules.Platform(at).HasDeviceMode() {
			names = append(names, name)
		}
	}
	return []Problem{{
		Severity: SeverityWarning, Path: setting + "." + source,
		Message: "unknown source type: it is ignored; device mode is for " + rules.OneOf(names),
	}}
}

// unknownSetting is the message for a setting that nobody knows, with the name that was probably meant.
func unknownSetting(name string) string {
	for _, def := range settingDefinitions {
		if distance(strings.ToLower(name), strings.ToLower(def.Name)) <= 2 {
			return fmt.Sprintf("unknown setting; did you mean %s?", def.Name)
		}
	}
	return "unknown setting"
}

// distance counts the letters to insert, drop or change to make one text of another; more than 2 may be any
// number above.
func distance(a, b string) int {
	if len(a) > 40 || len(a)-len(b) > 2 || len(b)-len(a) > 2 {
		return 3
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}
