package cases

// Deviation is a recorded exchange with rudder-transformer that this service answers otherwise on purpose.
type Deviation struct {
	// Row is the name under which it was recorded.
	Row string
	// Reason says what is answered instead, and why.
	Reason string
}

// Deviations returns all of them. Items with the tag `transformation` and whole answers of 500 `Internal Server Error` record
// JavaScript's exceptions: ours are a 400 that says what is wrong, and those that differ in nothing else are not among them.
func Deviations() []Deviation {
	return []Deviation{
		{
			"proc one destination missing fails all",
			"only the event without a destination fails: one event of a request never fails another",
		},
		{
			"proxy v1 fail no metadata",
			"refused with 400, and nothing is sent that no job can be told of; there it is sent, and then answered with 500",
		},
		{
			"del config missing",
			"400 and a message that says what is missing; there it is JavaScript's exception, with 500",
		},
	}
}
