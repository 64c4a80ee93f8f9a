package clevertap

// Format is what CleverTap takes for a standard profile field.
type Format uint8

// The formats. Source: Upload User Profiles; API Errors; CSV Upload.
const (
	// Text is a string.
	Text Format = iota + 1
	// Email is an address with one @ and a domain with a dot.
	Email
	// Phone is `+`, the country's code and the number: a digit from 1 to 9 and 4 to 14 more.
	Phone
	// Gender is `M` or `F`.
	Gender
	// YesOrNo is `Y` or `N`.
	YesOrNo
	// Education is `School`, `College` or `Graduate`.
	Education
	// Age is a number from 0 to MaxAge, or its digits.
	Age
	// Date is the string `$D_` and epoch seconds.
	Date
	// URL is an http or https address.
	URL
	// Boolean is true or false.
	Boolean
)

// DatePrefix stands before the epoch seconds of a date. Source: API FAQs.
const DatePrefix = "$D_"

// ProfileField is a standard field of a profile.
type ProfileField struct {
	// Name is its key, where letter case counts.
	Name string
	// Format is what it holds.
	Format Format
	// Code is that of a refusal for its sake, which takes the whole profile; 0 where CleverTap documents none.
	Code int
}

//nolint:gochecknoglobals // A table; nothing writes to it.
var profileFields = [...]ProfileField{
	{Name: "Name", Format: Text},
	{Name: "Email", Format: Email, Code: InvalidEmail},
	{Name: "Phone", Format: Phone, Code: InvalidPhone},
	{Name: "Gender", Format: Gender, Code: InvalidGender},
	{Name: "Employed", Format: YesOrNo, Code: InvalidEmployed},
	{Name: "Education", Format: Education, Code: InvalidEducation},
	{Name: "Married", Format: YesOrNo, Code: InvalidMarried},
	{Name: "Age", Format: Age, Code: InvalidAge},
	{Name: "DOB", Format: Date},
	{Name: "Customer Type", Format: Text},
	{Name: "Photo", Format: URL},
	{Name: "MSG-email", Format: Boolean},
	{Name: "MSG-push", Format: Boolean},
	{Name: "MSG-sms", Format: Boolean},
	{Name: "MSG-whatsapp", Format: Boolean},
	{Name: "MSG-dndPhone", Format: Boolean},
	{Name: "MSG-dndEmail", Format: Boolean},
	{Name: "MSG-dndWhatsApp", Format: Boolean},
}

// ProfileFields returns the standard fields of a profile, in the order of CleverTap's own checks. Source: Upload User
// Profiles; Subscribe.
func ProfileFields() []ProfileField { return append([]ProfileField(nil), profileFields[:]...) }

// StructuredAttributes returns the attributes of a profile whose values are objects: groups of messages by channel, from which
// a person unsubscribes. Source: Subscribe.
func StructuredAttributes() []string { return []string{"category-unsubscribe", "category-resubscribe"} }

// ListOperators returns the keys of the objects by which an attribute is changed instead of set: `{"$add": ["a"]}`.
// Source: CSV Upload.
func ListOperators() []string {
	return []string{"$set", "$add", "$remove", "$delete", "$incr", "$decr"}
}
