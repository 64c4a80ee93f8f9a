package hostile

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// grpcFrames sends messages whose length, flags, packing or content are wrong.
func grpcFrames(*program) []request {
	batch := func(count int) string { // so many empty events
		return strings.Repeat("\x12\x00", count)
	}
	deep := ""
	for range 20_000 {
		deep = string(protowire.AppendBytes([]byte{0x2a}, []byte(deep)))
		if len(deep) > 1<<20 {
			break
		}
	}
	messages := map[string][]byte{
		"nothing":                     nil,
		"half a prefix":               {0, 0},
		"no message behind it":        message(0, 100, ""),
		"less than it says":           message(0, 100, "xx"),
		"more than it says":           message(0, 1, "xx"),
		"4 GB":                        message(0, 1<<32-1, "x"),
		"33 MB":                       message(0, 33<<20, "x"),
		"an unknown flag":             message(0xfe, 0, ""),
		"packed, it says":             message(1, 2, "{}"),
		"two messages":                append(message(0, 0, ""), message(0, 0, "")...),
		"a thousand messages":         []byte(strings.Repeat("\x00\x00\x00\x00\x00", 1000)),
		"not protobuf":                message(0, 5, "\xff\xff\xff\xff\xff"),
		"a group without end":         message(0, 1, "\x0b"),
		"groups in groups":            message(0, 100_000, strings.Repeat("\x0b", 100_000)),
		"a field 0":                   message(0, 2, "\x00\x00"),
		"a length beyond the message": message(0, 6, "\x12\xff\xff\xff\xff\x0f"),
		"a long varint":               message(0, 12, "\x08"+strings.Repeat("\xff", 11)),
		"not UTF-8":                   message(0, 4, "\x0a\x02\xff\xff"),
		"nested":                      message(0, len(deep), deep),
		"a million events":            message(0, 2_000_000, batch(1_000_000)),
		"unknown fields":              message(0, 3_000_000, strings.Repeat("\xfa\x3f\x00", 1_000_000)),
	}
	var all []request
	for _, method := range []string{
		transformMethod, batchMethod, streamMethod, "/transformer.v1.DestinationService/ValidateDestination", "/transformer.v1.DestinationService/DescribeDestination",
		"/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/transformer.v1.RudderTransformerService/ProcessorTransform",
	} {
		for name, bytes := range messages {
			for _, end := range []bool{true, false} {
				if !end && !strings.HasSuffix(method, "Transform") {
					continue
				}
				all = append(all, request{name: fmt.Sprintf("%s, %s, ended: %t", method, name, end), send: h2(func(f *frames) {
					f.call(1, false, method, bearer()...)
					rest := bytes
					for len(rest) > 16_000 {
						_ = f.WriteData(1, false, rest[:16_000])
						rest = rest[16_000:]
					}
					_ = f.WriteData(1, end, rest)
				})})
			}
		}
	}
	for name, packed := range map[string]string{
		"a long blank": gzipped(strings.Repeat("\x00", 200<<20)), "16 million events": gzipped(batch(16_000_000)), "not gzip": "xx", "cut": gzipped(batch(1000))[:20],
	} {
		for who, fields := range map[string][]string{"with a token": bearer(), "without": nil} {
			for _, method := range []string{transformMethod, batchMethod, streamMethod} {
				all = append(all, request{name: fmt.Sprintf("%s, packed: %s, %s", method, name, who), send: h2(func(f *frames) {
					f.call(1, false, method, append([]string{"grpc-encoding", "gzip"}, fields...)...)
					text := message(1, len(packed), packed)
					for len(text) > 16_000 {
						_ = f.WriteData(1, false, text[:16_000])
						text = text[16_000:]
					}
					_ = f.WriteData(1, true, text)
				}), want: []int{200, 400, 401}}) // a stream answers for each batch
			}
		}
	}
	return all
}

// tokens shows tokens that nobody has.
func tokens(*program) []request {
	var all []request
	for i, shown := range []string{
		"", "Bearer", "Bearer ", "Bearer  " + token, "bearer x", "Basic " + token, token, "Bearer " + token + "x", "Bearer " + token[:len(token)-1], "Bearer \x00", "Bearer " + strings.Repeat("x", 100_000),
		"Bearer " + strings.ToUpper(token), "Bearer tests:" + token, "Bearer " + token + ", Bearer x", "Digest x", "Bearer é", "null", "Bearer undefined",
	} {
		for _, r := range []route{transformRoute, batchRoute, validateRoute, {rest, "/v1/destinations/definition", ""}, {rest, "/nowhere", ""}} {
			r.header = ""
			all = append(all, request{
				name: fmt.Sprintf("%s, %d: %.20q", r.path, i, shown), send: r.post(r.around(settings, good), "Authorization: "+shown+"\r\n"), want: []int{400, 401, 404, 405, 431},
			})
		}
		for _, method := range []string{transformMethod, batchMethod, streamMethod, "/transformer.v1.DestinationService/DescribeDestination"} {
			all = append(all, request{name: fmt.Sprintf("%s, %d: %.20q", method, i, shown), send: h2(func(f *frames) {
				f.call(1, false, method, "authorization", shown)
				_ = f.WriteData(1, true, message(0, 0, ""))
			}), want: []int{400, 401}})
		}
	}
	return all
}
