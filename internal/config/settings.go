package config

import (
	"log/slog"
	"net/url"
	"reflect"
	"time"
)

// Settings are all settings of the server. The tags of a row are kong's, and these:
//
//   - check: what the value must be, a name in checks;
//   - more, min, max: the bounds of a number or a time;
//   - empty: what an empty text means; without it an address must not be empty;
//   - file: the key of what only the configuration file holds, or "-" for what it can't hold. All other keys are
//     made from the names of the flags.
type Settings struct {
	File string `name:"config" file:"-" type:"existingfile" placeholder:"FILE" help:"Configuration in YAML: any of these settings, and the destinations that requests may name."`

	GRPCAddr string `name:"grpc-addr" check:"address" default:"127.0.0.1:50051" placeholder:"HOST:PORT" help:"Where gRPC listens."`
	HTTPAddr string `name:"http-addr" check:"address" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where REST, /healthz and /openapi.json listen."`

	TransformerAddr         string   `name:"transformer-addr" check:"address" empty:"nowhere" default:"127.0.0.1:9090" placeholder:"HOST:PORT" help:"Where rudder-transformer's routes listen, for rudder-server, which shows no bearer token; plain HTTP on loopback; empty for nowhere."`
	UpstreamTransformer     *url.URL `check:"server" placeholder:"URL" help:"The rudder-transformer that serves all other destinations and routes of that listener."`
	TransformerMaxBody      int      `more:"0" max:"1073741824" default:"209715200" placeholder:"N" help:"Longest body of rudder-transformer's routes, in bytes."`
	TransformerProxyStrict  bool     `help:"Answer rudder-transformer's delivery proxy as that program does: one refused record fails the whole request."`
	TransformerProxyTimeout bool     `help:"Give CleverTap only the time that rudder-server's RdProxy-Timeout header says, instead of 60 s."`
	CleverTapBaseURL        *url.URL `name:"clevertap-base-url" check:"server" placeholder:"URL" help:"Where calls to CleverTap go instead of its own hosts: for tests and private relays."`

	DeliveryTimeout         time.Duration `more:"0s" default:"30s" placeholder:"TIME" help:"How long a call that delivers may take when it has no deadline of its own."`
	DeliveryUploads         int           `more:"0" max:"15" default:"3" placeholder:"N" help:"Most uploads of one CleverTap account at once; CleverTap takes 3 of every account, and 15 of most."`
	DeliveryLinger          time.Duration `more:"0s" default:"5ms" placeholder:"TIME" help:"How long a record waits for others to share its upload."`
	DeliveryStreamLinger    time.Duration `more:"0s" default:"50ms" placeholder:"TIME" help:"The same, of the events of a stream."`
	DeliveryInFlight        int           `more:"0" default:"64" placeholder:"N" help:"Most messages of one stream of deliveries that are read and not yet answered."`
	DeliveryMaxAccountBytes int           `more:"0" default:"67108864" placeholder:"N" help:"Most memory of the records of one CleverTap account that wait for CleverTap; then its calls are refused, and its streams wait."`
	DeliveryMaxBytes        int           `more:"0" default:"536870912" placeholder:"N" help:"The same, of all accounts together."`

	TLSCert        string   `name:"tls-cert" type:"existingfile" placeholder:"FILE" help:"TLS certificate, in PEM, for all listeners but a --transformer-addr on loopback; a changed file is read again."`
	TLSKey         string   `name:"tls-key" type:"existingfile" placeholder:"FILE" help:"The certificate's private key, in PEM."`
	AuthTokensFile string   `type:"existingfile" placeholder:"FILE" help:"Bearer tokens that calls need, one NAME:TOKEN a line."`
	AllowInsecure  bool     `help:"Listen where others can reach the server without TLS and bearer tokens."`
	AllowedOrigins []string `check:"origins" placeholder:"ORIGIN" help:"Web origins whose pages may call the REST API."`

	MaxMessageBytes      int           `more:"0" default:"33554432" placeholder:"N" help:"Longest message, each way."`
	MaxMemory            int           `min:"0" max:"1099511627776" default:"0" placeholder:"N" help:"Memory that the process may take, in bytes, beyond which calls wait or are refused; 0 is what GOMEMLIMIT says, else what its container may, but 1 GiB at most."`
	MaxBatchEvents       int           `more:"0" default:"2000" placeholder:"N" help:"Most events in one batch."`
	MaxAnswerBytes       int           `more:"0" default:"4194304" placeholder:"N" help:"Longest answer of a transform call over gRPC, in bytes; clients take 4 MiB unless told otherwise."`
	MaxConcurrentStreams uint32        `more:"0" default:"256" placeholder:"N" help:"Most calls at once on one gRPC connection."`
	StreamInFlight       int           `more:"0" default:"4" placeholder:"N" help:"Most messages of one stream that are read and not yet answered."`
	StreamIdleTimeout    time.Duration `more:"0s" default:"5m" placeholder:"TIME" help:"How long nothing may move on a stream, or in the body or the answer of an HTTP request."`
	MaxConnectionAge     time.Duration `min:"0s" default:"0s" placeholder:"TIME" help:"About how long a gRPC connection or stream lasts before its client has to open another, so that load comes to new replicas too; 0s is for ever."`
	Reflection           bool          `default:"true" negatable:"" help:"Serve gRPC reflection, by which tools read the contract."`

	DrainDelay      time.Duration `min:"0s" default:"0s" placeholder:"TIME" help:"How long to go on serving after health says NOT_SERVING, for load balancers to notice."`
	ShutdownTimeout time.Duration `more:"0s" default:"25s" placeholder:"TIME" help:"How long open calls may take to end when the server stops."`

	LogLevel  slog.Level `default:"info" placeholder:"LEVEL" help:"Least level of log lines: debug, info, warn or error."`
	LogFormat string     `default:"auto" enum:"auto,json,text" placeholder:"FORMAT" help:"Form of log lines: json, text, or auto: text on a terminal."`

	Destinations Destinations `kong:"-" file:"destinations" placeholder:"{NAME: {SETTING: VALUE}}" help:"Destinations that requests may name, with RudderStack's names for the settings; a secret is {env: VARIABLE} or {file: PATH}."`

	// Tokens are what AuthTokensFile holds; nil when there is none.
	Tokens *Tokens `kong:"-"`
	// Certificate is what TLSCert and TLSKey hold; nil when there is none.
	Certificate *Certificate `kong:"-"`
}

// Section is what only the configuration file can hold.
type Section struct {
	// Key is its key, Form what it looks like, Help what it says.
	Key, Form, Help string
}

// Sections are all that only the configuration file can hold.
func Sections() []Section {
	var sections []Section
	for field := range fields(reflect.ValueOf(Settings{})) {
		if key := field.Tag.Get("file"); key != "" && key != "-" {
			sections = append(sections, Section{key, field.Tag.Get("placeholder"), field.Tag.Get("help")})
		}
	}
	return sections
}

// readSections reads what only a file can hold.
func (f *file) readSections(s *Settings) {
	s.Destinations = f.destinations("destinations")
}

// load reads the files that settings name.
func (s *Settings) load(r *Reader) {
	var err error
	if s.AuthTokensFile != "" && r.right(&s.AuthTokensFile) {
		if s.Tokens, err = LoadTokens(s.AuthTokensFile); err != nil {
			r.blame(&s.AuthTokensFile, err.Error())
		}
	}
	if s.TLSCert != "" && s.TLSKey != "" && r.right(&s.TLSCert) && r.right(&s.TLSKey) {
		if s.Certificate, err = LoadCertificate(s.TLSCert, s.TLSKey); err != nil {
			r.blame(&s.TLSCert, err.Error())
		}
	}
}

// checkTogether notes what no single setting is to blame for.
func (s *Settings) checkTogether(r *Reader) {
	// A value that can't be used has a problem of its own, and was meant to be there.
	given := func(field *string) bool { return *field != "" || !r.right(field) }
	cert, key := given(&s.TLSCert), given(&s.TLSKey)
	if cert && !key {
		r.blame(&s.TLSCert, "a certificate needs its key: give --tls-key as well")
	}
	if key && !cert {
		r.blame(&s.TLSKey, "a key needs its certificate: give --tls-cert as well")
	}
	if s.AllowInsecure || !r.right(&s.AllowInsecure) {
		return
	}
	known := cert && given(&s.AuthTokensFile)
	for _, addr := range []*string{&s.GRPCAddr, &s.HTTPAddr} {
		if !known && !Loopback(*addr) {
			r.blame(addr, "others could reach "+*addr+": give a TLS certificate and bearer tokens, "+
				"or a loopback address such as 127.0.0.1, or --allow-insecure")
		}
	}
	if s.TransformerAddr != "" && !Loopback(s.TransformerAddr) {
		r.blame(&s.TransformerAddr, "others could reach "+s.TransformerAddr+", and these routes know nobody: "+
			"use a loopback address, or --allow-insecure where only rudder-server can connect")
	}
}
