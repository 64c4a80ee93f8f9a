package mapping

import (
	"fmt"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/guide"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/transformer"
)

// Destination is a CleverTap destination whose settings are checked and compiled. It is immutable and safe
// for use by many goroutines. It holds the passcode and must not be printed.
type Destination struct {
	rules    *rules.Ruleset
	compiled rules.Destination
}

// Header is an HTTP header of an upload: its Name and its Value.
type Header = rules.Header

// PasscodeHeader is the name of the header that holds the passcode.
const PasscodeHeader = clevertap.PasscodeHeader

// Endpoint returns the address that uploads go to.
func (d *Destination) Endpoint() string { return d.compiled.Endpoint }

// Headers returns the HTTP headers of an upload, in order, the passcode's among them. They must not be
// changed.
func (d *Destination) Headers() []Header { return d.compiled.Headers }

// AppendHeadersJSON appends the headers as a JSON object. Under RULESET_TRANSFORMER, a credential that is
// missing is left out, and one that is not a string is written as it came.
func (d *Destination) AppendHeadersJSON(dst []byte) []byte {
	return append(dst, d.compiled.HeadersJSON...)
}

// RulesetName returns `guide` or `transformer`, for telemetry.
func (d *Destination) RulesetName() string { return d.rules.Name }

// String hides the passcode from whoever prints a destination.
func (d *Destination) String() string { return "destination " + d.compiled.Endpoint }

// NewDestination compiles typed settings. The error is an INVALID_DESTINATION that names the first setting at
// fault.
func NewDestination(typed *clevertapv1.Destination) (*Destination, *Error) {
	s, problems := typedSettings(typed)
	if s.ruleset == clevertapv1.Ruleset_RULESET_TRANSFORMER {
		return transformerDestination(s)
	}
	return compile(s, problems)
}

// ParseDestination compiles settings given as RudderStack's JSON, or those in the Config of RudderStack's whole
// destination object (`{"ID": …, "Name": …, "Config": {…}}`). Unknown ones are ignored. The error is
// INVALID_JSON, or an INVALID_DESTINATION that names the first setting at fault.
func ParseDestination(settings []byte) (*Destination, *Error) {
	return ParseDestinationUnder(nil, settings)
}

// ParseDestinationUnder is ParseDestination where others have a say: of the ruleset and the settings of the
// checks, those that over has set hold instead of the destination's own.
func ParseDestinationUnder(over *clevertapv1.Destination, settings []byte) (*Destination, *Error) {
	s, problems, err := parseSettings(settings)
	if err != nil {
		return nil, err
	}
	s.override(over)
	if s.ruleset == clevertapv1.Ruleset_RULESET_TRANSFORMER {
		return withChecks(s, configText(settings))
	}
	return compile(s, problems)
}

// ParseTransformerConfig compiles a destination's Config, as RudderStack sends it to rudder-transformer, for
// RULESET_TRANSFORMER. Settings are read as that program reads them: nothing is required, checked or refused,
// and any region is written into the endpoint. No text at all is a destination without Config, whose events
// fail, as are those of a region that is not a string. The error is INVALID_JSON.
func ParseTransformerConfig(config []byte) (*Destination, *Error) {
	to, err := transformer.ParseConfig(config)
	if err != nil {
		return nil, err
	}
	return &Destination{rules: transformer.Rules(), compiled: to}, nil
}

// CheckDestination names all that is wrong with typed settings.
func CheckDestination(typed *clevertapv1.Destination) []Problem {
	s, problems := typedSettings(typed)
	return s.lenient(s.all(problems))
}

// CheckDestinationJSON names all that is wrong with settings given as ParseDestination takes them, unknown ones
// among them. The error is INVALID_JSON.
func CheckDestinationJSON(settings []byte) ([]Problem, *Error) {
	s, problems, err := parseSettings(settings)
	if err != nil {
		return nil, err
	}
	return s.lenient(s.all(problems)), nil
}

// all returns the problems of reading settings together with those of what was read, each with the path that
// leads to it.
func (s *settings) all(problems []Problem) []Problem {
	problems = append(problems, s.problems()...)
	if s.within != "" {
		for i := range problems {
			problems[i].Path = s.within + "." + problems[i].Path
		}
	}
	return append(problems, s.beside...)
}

// compile makes a destination of settings, unless one of them is wrong.
func compile(s settings, problems []Problem) (*Destination, *Error) {
	for _, p := range s.all(problems) {
		if p.Severity == SeverityError {
			return nil, &Error{
				Reason: InvalidDestination, Field: p.Path, Kind: p.kind,
				Message: "destination: " + p.Path + ": " + p.Message,
			}
		}
	}
	to := rules.Destination{
		Endpoint: "https://" + hostOf(s.region) + clevertap.UploadPath,
		Headers: []Header{
			{Name: clevertap.AccountIDHeader, Value: s.accountID},
			{Name: clevertap.PasscodeHeader, Value: s.passcode},
			{Name: "Content-Type", Value: clevertap.ContentType},
		},
		TrackAnonymous:    s.trackAnonymous,
		ObjectIDMapping:   s.objectIDMapping,
		UseEventTimestamp: s.useEventTimestamp,
		Events:            s.nameFilter(),
		Checks:            s.checks(),
	}
	to.HeadersJSON = headersJSON(to.Headers)
	for at := range to.Modes {
		to.Modes[at] = s.mode(rules.Platform(at))
	}
	return &Destination{rules: guide.Rules(), compiled: to}, nil
}

// transformerDestination compiles typed settings for RULESET_TRANSFORMER. Those that are not set are missing.
func transformerDestination(s settings) (*Destination, *Error) {
	var doc document.Document
	doc.Reset()
	config := doc.NewObject()
	for _, f := range []struct{ key, text string }{
		{"accountId", s.accountID}, {"passcode", s.passcode}, {"region", s.region},
	} {
		if f.text != "" {
			config.SetText(f.key, f.text)
		}
	}
	config.Set("trackAnonymous", doc.NewBool(s.trackAnonymous))
	config.Set("enableObjectIdMapping", doc.NewBool(s.objectIDMapping))
	return withChecks(s, config.AppendJSON(nil))
}

// withChecks compiles a Config for RULESET_TRANSFORMER, with the settings of the checks.
func withChecks(s settings, config []byte) (*Destination, *Error) {
	to, err := ParseTransformerConfig(config)
	if err != nil {
		return nil, err
	}
	to.compiled.Checks = s.checks()
	return to, nil
}

// headersJSON writes headers as a JSON object.
func headersJSON(headers []Header) []byte {
	text := []byte{'{'}
	for i, h := range headers {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(document.AppendString(text, h.Name), ':')
		text = document.AppendString(text, h.Value)
	}
	return append(text, '}')
}

// eventList returns the rows of the list by which events are filtered, and whether there is one.
func (s *settings) eventList() (rows []string, filters bool) {
	switch s.filterOption {
	case filterWhitelist:
		return s.whitelist, true
	case filterBlacklist:
		return s.blacklist, true
	default:
		return nil, false
	}
}

// nameFilter compiles the event filter; nil lets all events pass. Rows without a name are those that the
// dashboard stores for a list that nobody filled in: they name nothing, and a list of only such filters nothing.
func (s *settings) nameFilter() *rules.NameFilter {
	rows, filters := s.eventList()
	f := &rules.NameFilter{Names: map[string]struct{}{}, Listed: s.filterOption == filterWhitelist}
	for _, name := range rows {
		if name = strings.TrimSpace(name); name != "" {
			f.Names[name] = struct{}{}
		}
	}
	if !filters || len(rows) > 0 && len(f.Names) == 0 {
		return nil
	}
	return f
}

// lenient makes warnings of what RULESET_TRANSFORMER takes all the same: it checks nothing.
func (s *settings) lenient(problems []Problem) []Problem {
	if s.ruleset == clevertapv1.Ruleset_RULESET_TRANSFORMER {
		for i := range problems {
			problems[i].Severity = min(problems[i].Severity, SeverityWarning)
		}
	}
	return problems
}

// problems checks settings that were read.
func (s *settings) problems() (problems []Problem) {
	wrong := func(path, format string, args ...any) {
		problems = append(problems, Problem{
			Severity: SeverityError, Path: path, Message: fmt.Sprintf(format, args...), kind: document.String,
		})
	}
	for _, credential := range []struct{ name, text string }{{"accountId", s.accountID}, {"passcode", s.passcode}} {
		if s.unread[credential.name] {
			continue
		}
		if credential.text == "" {
			wrong(credential.name, "it is required: take it from CleverTap's settings")
			problems[len(problems)-1].kind = document.Invalid
		} else if !headerSafe(credential.text) {
			wrong(credential.name, "it holds characters that an HTTP header can't: use visible ASCII")
		}
	}
	if hostOf(s.region) == "" && !s.unread["region"] {
		wrong("region", "unknown region %s: use %s", rules.Quote(s.region), rules.OneOf(regionNames()))
	}
	if s.filterOption == filterWhitelist && len(s.whitelist) == 0 && !s.unread[filterWhitelist] {
		wrong(filterWhitelist, "it names no event, so no track call passes")
		problems[len(problems)-1].Severity = SeverityWarning
	}
	if rows, _ := s.eventList(); len(rows) > 0 && s.nameFilter() == nil && !s.unread[s.filterOption] {
		wrong(s.filterOption, "its rows name no event, so it filters nothing: all track calls pass")
		problems[len(problems)-1].Severity = SeverityWarning
	}
	switch s.filterOption {
	case "", filterDisable, filterWhitelist, filterBlacklist:
	default:
		wrong("eventFilteringOption", "unknown option %s: use %s", rules.Quote(s.filterOption),
			rules.OneOf([]string{filterDisable, filterWhitelist, filterBlacklist}))
	}
	for at, mode := range s.connectionMode {
		if !knownMode(mode) {
			wrong("connectionMode."+rules.PlatformNames()[at], "unknown mode %s: use device or cloud", rules.Quote(mode))
		}
	}
	s.checkProblems(wrong, func(path, message string) {
		problems = append(problems, Problem{Severity: SeverityWarning, Path: path, Message: message, kind: document.String})
	})
	return problems
}

// headerSafe reports whether a text can stand in an HTTP header.
func headerSafe(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}
