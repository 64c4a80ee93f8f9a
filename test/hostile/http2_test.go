package hostile

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing/iotest"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// frames are HTTP/2 frames to be sent, beginning with the preface.
type frames struct {
	bytes.Buffer
	*http2.Framer
	packed bytes.Buffer
	pack   *hpack.Encoder
}

// newFrames returns a preface and settings.
func newFrames() *frames {
	f := &frames{}
	f.WriteString(http2.ClientPreface)
	f.Framer = http2.NewFramer(&f.Buffer, iotest.ErrReader(nil))
	f.AllowIllegalWrites = true
	f.pack = hpack.NewEncoder(&f.packed)
	_ = f.WriteSettings()
	return f
}

// head returns a packed head: that of a gRPC call, with more fields behind it.
func (f *frames) head(method string, more ...string) []byte {
	f.packed.Reset()
	fields := append([]string{
		":method", http.MethodPost, ":scheme", "http", ":path", method, ":authority", "x", "content-type", "application/grpc", "te", "trailers",
	}, more...)
	for i := 0; i < len(fields); i += 2 {
		_ = f.pack.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	return bytes.Clone(f.packed.Bytes())
}

// call opens a stream with a call.
func (f *frames) call(stream uint32, end bool, method string, more ...string) {
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: f.head(method, more...), EndStream: end, EndHeaders: true})
}

const (
	transformMethod = "/transformer.v1.TransformService/Transform"
	batchMethod     = "/transformer.v1.TransformService/BatchTransform"
	streamMethod    = "/transformer.v1.TransformService/StreamTransform"
)

// bearer is the header of those who may call.
func bearer() []string { return []string{"authorization", "Bearer " + token} }

// h2 sends frames and reads until a stream ends or the connection does. The answer is the gRPC status as that of HTTP.
func h2(build func(f *frames)) func(context.Context, *program) ([]answer, error) {
	return func(ctx context.Context, p *program) ([]answer, error) {
		conn, err := dial(ctx, p.GRPC)
		if err != nil {
			return nil, err
		}
		f := newFrames()
		build(f)
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			_, _ = conn.Write(f.Bytes()) // it may be closed before
		}()
		defer func() { _ = conn.Close(); <-sent }()
		reader := http2.NewFramer(nil, conn)
		reader.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
		for {
			frame, err := reader.ReadFrame()
			if err != nil {
				return nil, unlessClosed(err)
			}
			switch frame := frame.(type) {
			case *http2.GoAwayFrame, *http2.RSTStreamFrame:
				return nil, nil
			case *http2.MetaHeadersFrame:
				if frame.StreamEnded() {
					return []answer{statusOf(frame)}, nil
				}
			}
		}
	}
}

// library are the beginnings of what gRPC itself says of messages that are none. By its rules the status is that of a fault of the server.
var library = []string{"grpc: ", "cardinality violation: ", "unexpected EOF"}

// statusOf reads the trailers of a call.
func statusOf(trailers *http2.MetaHeadersFrame) answer {
	fields := map[string]string{}
	for _, field := range trailers.Fields {
		fields[field.Name] = field.Value
	}
	got := answer{status: http.StatusOK, body: fmt.Sprint(fields)}
	if status, _ := strconv.Atoi(fields[":status"]); status >= http.StatusBadRequest {
		got.status = status
		return got
	}
	switch code, _ := strconv.Atoi(fields["grpc-status"]); code {
	case 0:
	case 2, 13, 15: // UNKNOWN, INTERNAL, DATA_LOSS
		got.status = http.StatusInternalServerError
		for _, beginning := range library {
			if strings.HasPrefix(fields["grpc-message"], beginning) {
				got.status = http.StatusBadRequest
			}
		}
	case 16:
		got.status = http.StatusUnauthorized
	default:
		got.status = http.StatusBadRequest
	}
	return got
}

// http2Frames are frames that no client sends.
func http2Frames() map[string]func(f *frames) {
	return map[string]func(f *frames){
		"data on stream 0":         func(f *frames) { _ = f.WriteRawFrame(http2.FrameData, 0, 0, []byte("x")) },
		"an even stream":           func(f *frames) { f.call(2, true, transformMethod) },
		"a stream twice":           func(f *frames) { f.call(1, true, transformMethod); f.call(1, true, transformMethod) },
		"streams backwards":        func(f *frames) { f.call(5, true, transformMethod); f.call(3, true, transformMethod) },
		"data without a head":      func(f *frames) { _ = f.WriteRawFrame(http2.FrameData, http2.FlagDataEndStream, 1, []byte("x")) },
		"a frame that is too long": func(f *frames) { _ = f.WriteRawFrame(http2.FrameData, 0, 1, make([]byte, 1<<20)) },
		"an unknown frame":         func(f *frames) { _ = f.WriteRawFrame(200, 255, 1, []byte("x")); f.call(1, true, transformMethod) },
		"an odd priority":          func(f *frames) { _ = f.WriteRawFrame(http2.FramePriority, 0, 1, []byte("x")) },
		"a stream on itself": func(f *frames) {
			_ = f.WritePriority(1, http2.PriorityParam{StreamDep: 1})
			f.call(1, true, transformMethod)
		},
		"settings on a stream":    func(f *frames) { _ = f.WriteRawFrame(http2.FrameSettings, 0, 1, nil) },
		"half a setting":          func(f *frames) { _ = f.WriteRawFrame(http2.FrameSettings, 0, 0, []byte("xxxxx")) },
		"an impossible window":    func(f *frames) { _ = f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 31}) },
		"a tiny frame size":       func(f *frames) { _ = f.WriteSettings(http2.Setting{ID: http2.SettingMaxFrameSize, Val: 1}) },
		"a push":                  func(f *frames) { _ = f.WriteRawFrame(http2.FramePushPromise, 0, 1, []byte("\x00\x00\x00\x02x")) },
		"a window of zero":        func(f *frames) { _ = f.WriteWindowUpdate(0, 0) },
		"a window that overflows": func(f *frames) { _ = f.WriteWindowUpdate(0, 1<<31-1); _ = f.WriteWindowUpdate(0, 1<<31-1) },
		"a reset of nothing":      func(f *frames) { _ = f.WriteRSTStream(1, http2.ErrCodeCancel) },
		"continuation of nothing": func(f *frames) { _ = f.WriteContinuation(1, true, []byte("x")) },
		"a packing that is wrong": func(f *frames) {
			_ = f.WriteRawFrame(http2.FrameHeaders, http2.FlagHeadersEndHeaders, 1, bytes.Repeat([]byte{0xff}, 100))
		},
		"a huge index": func(f *frames) {
			_ = f.WriteRawFrame(http2.FrameHeaders, http2.FlagHeadersEndHeaders, 1, []byte("\xff\xff\xff\xff\x0f"))
		},
		"padding beyond the frame": func(f *frames) { _ = f.WriteRawFrame(http2.FrameData, http2.FlagDataPadded, 1, []byte("\xffx")) },
		"going away":               func(f *frames) { _ = f.WriteGoAway(0, http2.ErrCodeNo, bytes.Repeat([]byte("x"), 10_000)) },
		"a long run of settings": func(f *frames) {
			repeat(20_000, func(uint32) { _ = f.WriteSettings() })
			f.call(1, true, transformMethod)
		},
		"a long run of pings": func(f *frames) { repeat(20_000, func(uint32) { _ = f.WritePing(false, [8]byte{}) }) },
		"rapid resets": func(f *frames) {
			repeat(10_000, func(i uint32) {
				f.call(2*i+1, false, streamMethod, bearer()...)
				_ = f.WriteRSTStream(2*i+1, http2.ErrCodeCancel)
			})
			f.call(20_001, true, transformMethod)
		},
		"empty continuations": func(f *frames) {
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: f.head(transformMethod), EndStream: true})
			repeat(100_000, func(uint32) { _ = f.WriteContinuation(1, false, nil) })
			_ = f.WriteContinuation(1, true, nil)
		},
		"350,000 fields": func(f *frames) {
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: f.head(transformMethod, "k", "v"), EndStream: true})
			repeat(25, func(uint32) { _ = f.WriteContinuation(1, false, bytes.Repeat([]byte{0xbe}, 14_000)) }) // a byte is "k: v" again
			_ = f.WriteContinuation(1, true, nil)
		},
		"empty data without end": func(f *frames) {
			f.call(1, false, transformMethod, bearer()...)
			repeat(50_000, func(uint32) { _ = f.WriteData(1, false, nil) })
		},
		"more streams than there may be": func(f *frames) {
			repeat(2000, func(i uint32) { f.call(2*i+1, false, streamMethod, bearer()...) })
		},
	}
}

// repeat does something so often.
func repeat(count uint32, do func(i uint32)) {
	for i := range count {
		do(i)
	}
}

// http2Requests sends frames that no client sends, and heads that no call has.
func http2Requests(*program) []request {
	var all []request
	for name, build := range http2Frames() {
		all = append(all, request{name: name, send: h2(func(f *frames) {
			build(f)
			f.call(100_001, true, transformMethod) // so that there is something to answer, whatever came before
		})})
	}
	for _, path := range []string{"", "/", "//", "/x", "/x/y", "/transformer.v1.TransformService/", "transformer.v1.TransformService/Transform", transformMethod + "/", strings.Repeat("/a", 10_000), "/\x00"} {
		all = append(all, request{name: fmt.Sprintf("path %.30q", path), send: h2(func(f *frames) { f.call(1, true, path, bearer()...) })})
	}
	for _, more := range [][]string{
		{":method", "GET"}, {":path", "/x"}, {":unknown", "x"}, {"UPPER", "x"}, {"connection", "close"}, {"transfer-encoding", "chunked"}, {"te", "gzip"}, {"content-type", "text/html"},
		{"content-length", "-1"}, {"content-length", "5"}, {"", "x"}, {"a b", "x"}, {"x", "a\r\nb: c"}, {"x", "\x00"}, {"x-bin", "!!!"}, {"grpc-timeout", "x"}, {"grpc-timeout", "0n"},
		{"grpc-timeout", "99999999999H"}, {"grpc-timeout", "-1S"}, {"grpc-encoding", "x"}, {"grpc-encoding", "gzip,gzip"}, {"grpc-accept-encoding", strings.Repeat("gzip,", 2000)},
		{"grpc-status", "0"}, {"traceparent", strings.Repeat("x", 5000)}, {"cookie", strings.Repeat("a=b; ", 2000)}, {"host", "y"}, {"x", strings.Repeat("x", 2<<20)},
	} {
		all = append(all, request{name: fmt.Sprintf("field %.40q", more), send: h2(func(f *frames) { f.call(1, true, transformMethod, append(bearer(), more...)...) })})
	}
	return all
}

// message frames a gRPC message: a flag and a length, which may be wrong.
func message(flag byte, length int, text string) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{flag}, uint32(length)), text...)
}
