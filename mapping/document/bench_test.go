package document_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// identify is an identify event of 1.5 KB, as a web SDK sends it.
const identify = `{"type":"identify","channel":"web","messageId":"7c1e0f53-7d0b-4c3a-9f63-3d8c6d6f0a51","userId":"customer-48213","anonymousId":"f3a1c2d4-7b5e-4e8a-9c1d-2b6a7e8f9012",` +
	`"originalTimestamp":"2026-11-23T09:03:17.562Z","sentAt":"2026-11-23T09:03:18.001Z","context":{"app":{"name":"Corner Shop","version":"4.2.0","namespace":"com.example.shop"},` +
	`"library":{"name":"RudderLabs JavaScript SDK","version":"3.7.4"},"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36","locale":"en-GB",` +
	`"timezone":"Europe/London","screen":{"density":2,"width":1512,"height":982,"innerWidth":1512,"innerHeight":860},"page":{"path":"/account","url":"https://shop.example.com/account","title":"Your account","referrer":"$direct"},` +
	`"traits":{"name":"Grace Hopper","email":"grace@example.com","phone":"+442071838750","gender":"female","birthday":"$D_631152000","city":"London","country":"GB","zip":"N1 9GU","plan":"premium","loyaltyPoints":2310,` +
	`"lifetimeValue":1845.25,"newsletter":true,"MSG-email":true,"MSG-push":false,"favouriteBrands":["Acme","Globex"],"address":{"street":"12 Essex Road","city":"London"},"lastOrderId":"A-99120","cartSize":3,"referrals":0,` +
	`"segment":"champion","preferredStore":"Upper Street 114","lastSeenCategory":"board games","acquisition":{"channel":"search","landing":"/autumn-sale"},"notes":"rings the bell twice"},"sessionId":1795424597,"campaign":{"source":"newsletter","medium":"email","name":"autumn"}},"integrations":{"All":true},"rudderId":"b7d0a2c1-0c7e-4f0e-8f57-91f1f2b3c4d5"}`

// BenchmarkIdentify compares parsing and writing an identify event of 1.5 KB with checking it.
func BenchmarkIdentify(b *testing.B) {
	text := []byte(identify)
	b.Run("parse+write", func(b *testing.B) {
		var d document.Document
		var dst []byte
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if d.Parse(text, document.Options{}) != nil {
				b.Fatal("the event does not parse")
			}
			dst = d.Root().AppendJSON(dst[:0])
		}
	})
	b.Run("parse", func(b *testing.B) {
		var d document.Document
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if d.Parse(text, document.Options{}) != nil {
				b.Fatal("the event does not parse")
			}
		}
	})
	b.Run("json.Valid", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if !json.Valid(text) {
				b.Fatal("the event is not valid")
			}
		}
	})
	b.Run("protojson Struct", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			var s structpb.Struct
			if protojson.Unmarshal(text, &s) != nil {
				b.Fatal("the event does not parse")
			}
		}
	})
}

// BenchmarkLargeObject shows that looking up and finding duplicates stay linear.
func BenchmarkLargeObject(b *testing.B) {
	var text strings.Builder
	text.WriteString(`{"first":0`)
	for i := range 10000 {
		text.WriteString(`,"key ` + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26%50) + strings.Repeat("z", i/1300) + `":1`)
	}
	text.WriteByte('}')
	var d document.Document
	b.ReportAllocs()
	b.SetBytes(int64(text.Len()))
	src := []byte(text.String())
	for b.Loop() {
		if d.Parse(src, document.Options{DuplicateKeys: true}) != nil {
			b.Fatal("the object does not parse")
		}
	}
}

// BenchmarkScanner shows what cutting a batch into its events costs.
func BenchmarkScanner(b *testing.B) {
	text := append(append([]byte(`[`), bytes.Repeat([]byte(identify+","), 100)...), `{}]`...)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		s := document.Scanner{Text: text, RefuseKey: "__proto__"}
		if !s.Array(func() bool { _, ok := s.Part(); return ok }) {
			b.Fatal("the batch does not scan")
		}
	}
}
