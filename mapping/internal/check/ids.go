package check

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// idRows are about who a record is about, and when.
func idRows() []Row {
	objectID := Row{
		Code: rules.InvalidObjectID, Refusal: clevertap.InvalidObjectID, Severity: rules.SeverityError, Place: ObjectID,
		Rule:   "an objectId has 1 to 64 letters, digits and ( ) ! : @ $ _ - of ASCII",
		Repair: "a digest of it that is allowed: the same for the same id, for ever",
		Examples: []Example{{
			Event: `"type":"track","event":"E","anonymousId":"ada lovelace"`, Settings: mapping,
			Path: "anonymousId", At: "/objectId", Report: `"ada lovelace"`, Action: rules.Converted,
			Repair: `"177f85df57ad121d5aaac8076a4a0554a673182fe06cf65ee7d9f7d0961f947d"`,
		}},
		wrong: badObjectID, repair: digest,
	}
	tokenObjectID := objectID
	tokenObjectID.Refusal, tokenObjectID.Place = clevertap.TokenObjectID, TokenObjectID
	tokenObjectID.wrong = func(_ *Checker, v document.Value) bool { return !isObjectID(v) }
	tokenObjectID.Examples = []Example{{
		Event: device + `,"anonymousId":"ada lovelace"`, Settings: mapping, Path: "anonymousId", At: "/objectId",
		Report: `"ada lovelace"`, Repair: objectID.Examples[0].Repair, Action: rules.Converted,
	}}
	return []Row{
		{
			Code: rules.PlaceholderIdentity, Refusal: clevertap.InvalidIdentity, Severity: rules.SeverityError, Place: Identity,
			Rule: "an identity names somebody: it is not blank, has at most 1,023 characters, and is none of " +
				strings.Join(clevertap.PlaceholderIdentities(), ", "),
			Repair: "the next id that the event gives is sent; with none the event fails",
			Examples: []Example{
				{
					Event: `"type":"track","event":"E","userId":"undefined","anonymousId":"a-1"`,
					Path:  "userId", At: "/identity", Report: `"undefined"`, Repair: `"a-1"`, Action: rules.Dropped,
				},
				{
					Event: `"type":"track","event":"E","userId":"N/A","traits":{"id":7}`, Path: "userId", At: "/identity",
					Report: `"N/A"`, Repair: `"7"`, Action: rules.Dropped,
				},
				{
					Event: `"type":"track","event":"E","userId":"null"`, Path: "userId", At: "/identity", Report: `"null"`,
					Action: rules.Rejected,
				},
			},
			wrong: nobody, repair: reject,
		},
		objectID,
		{
			Code: rules.InvalidTimestamp, Refusal: clevertap.InvalidTimestamp, Severity: rules.SeverityError, Place: Time,
			Rule: "ts is a whole number of seconds since 1970",
			Examples: []Example{{
				Event: `"type":"track","event":"E","userId":"u","properties":{"ts":"1571043797"}`, Path: "properties.ts",
				At: "/ts", Report: `"1571043797"`, Transformer: true,
			}},
			wrong: badTime,
		},
		tokenObjectID,
	}
}

// mapping is the setting of ObjectId mapping, and device the event of a device with a token, for examples.
const (
	mapping = `"enableObjectIdMapping":true`
	device  = `"type":"identify","context":{"device":{"token":"t"},"os":{"name":"android"}}`
)

// isGiven reports whether an id is there.
func isGiven(v document.Value) bool {
	return v.Kind() > document.Null && (v.Kind() != document.String || len(v.Bytes()) > 0)
}

// nobody: no identity where there is no objectId either, or one that names nobody.
func nobody(c *Checker, v document.Value) bool {
	if !isGiven(v) { // GUIDE never writes both
		return !isGiven(c.record.Get("objectId"))
	}
	return !namesSomebody(v)
}

// reject fails the event.
func reject(*Checker, document.Value) outcome { return rejected }

// badObjectID: an objectId that is there and not allowed.
func badObjectID(_ *Checker, v document.Value) bool { return isGiven(v) && !isObjectID(v) }

// isObjectID reports whether CleverTap allows an objectId.
func isObjectID(v document.Value) bool {
	text := v.Bytes()
	if v.Kind() != document.String || len(text) == 0 || len(text) > clevertap.MaxObjectIDCharacters {
		return false
	}
	for _, char := range text {
		if !isLetterOrDigit(char) && strings.IndexByte(clevertap.ObjectIDPunctuation, char) < 0 {
			return false
		}
	}
	return true
}

// isLetterOrDigit reports whether a character is a letter or digit of ASCII.
func isLetterOrDigit(char byte) bool {
	lower := char | 0x20
	return char >= '0' && char <= '9' || lower >= 'a' && lower <= 'z'
}

// digest makes an objectId that is allowed of one that is not: the first 32 bytes of SHA-256, in hexadecimal
// digits. It must never change, since CleverTap knows devices by it.
func digest(c *Checker, v document.Value) outcome {
	sum := sha256.Sum256(v.Bytes())
	c.replace(v, c.Doc.NewString(hex.EncodeToString(sum[:])))
	return converted
}

// badTime: a ts that is not a whole and positive number.
func badTime(_ *Checker, v document.Value) bool {
	if v.Kind() != document.Number {
		return true
	}
	seconds, err := v.Double()
	return err != nil || seconds <= 0 || seconds != math.Trunc(seconds)
}

// namesSomebody reports whether an identity names somebody.
func namesSomebody(v document.Value) bool {
	return (v.Kind() == document.String || v.Kind() == document.Number) && !rules.NamesNobody(v.Bytes())
}
