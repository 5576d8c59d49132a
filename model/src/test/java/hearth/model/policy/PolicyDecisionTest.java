package hearth.model.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.ApiException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What policies say to requests, row by row. Rows are written with `'` for `"`.
class PolicyDecisionTest {
    private static final AccountId FRIEND = new AccountId("111122223333");
    private static final String GREET = "arn:aws:lambda:eu-west-1:123456789012:function:greet";

    /// The requesters of the tables, by the names that they have there.
    private static final Map<String, Requester> REQUESTERS = Map.of(
            "friend", new Requester.Account(FRIEND, "aws"),
            "stranger", new Requester.Account(new AccountId("999999999999"), "aws"),
            "chinese", new Requester.Account(FRIEND, "aws-cn"),
            "function", new Requester.Session(FRIEND, "aws", "team/mailer", "send"),
            "other", new Requester.Session(FRIEND, "aws", "cleaner", "send"),
            "s3", new Requester.Service("s3.amazonaws.com"),
            "sns", new Requester.Service("sns.amazonaws.com"),
            "anonymous", new Requester.Anonymous());

    @ParameterizedTest(name = "{0} asked by {1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'Principal':'*'                                                     | friend    | ALLOWED
            'Principal':'*'                                                     | function  | ALLOWED
            'Principal':'*'                                                     | s3        | ALLOWED
            'Principal':'*'                                                     | anonymous | ALLOWED
            'Principal':{'AWS':'*'}                                             | stranger  | ALLOWED
            'Principal':{'AWS':'*'}                                             | anonymous | ALLOWED
            'Principal':{'AWS':'111122223333'}                                  | friend    | ALLOWED
            'Principal':{'AWS':'111122223333'}                                  | function  | ALLOWED
            'Principal':{'AWS':'111122223333'}                                  | stranger  | UNDECIDED
            'Principal':{'AWS':'111122223333'}                                  | s3        | UNDECIDED
            'Principal':{'AWS':'111122223333'}                                  | anonymous | UNDECIDED
            'Principal':{'AWS':'arn:aws:iam::111122223333:root'}                | friend    | ALLOWED
            'Principal':{'AWS':'arn:aws:iam::111122223333:root'}                | function  | ALLOWED
            'Principal':{'AWS':'arn:aws:iam::111122223333:root'}                | stranger  | UNDECIDED
            'Principal':{'AWS':'arn:aws:iam::111122223333:root'}                | chinese   | UNDECIDED
            'Principal':{'AWS':'111122223333'}                                  | chinese   | ALLOWED
            'Principal':{'AWS':'arn:aws:iam::111122223333:role/team/mailer'}    | function  | ALLOWED
            'Principal':{'AWS':'arn:aws:iam::111122223333:role/mailer'}         | function  | UNDECIDED
            'Principal':{'AWS':'arn:aws:iam::111122223333:role/team/mailer'}    | other     | UNDECIDED
            'Principal':{'AWS':'arn:aws:iam::111122223333:role/team/mailer'}    | friend    | UNDECIDED
            'Principal':{'AWS':'arn:aws:sts::111122223333:assumed-role/mailer/send'} | function | ALLOWED
            'Principal':{'AWS':'arn:aws:sts::111122223333:assumed-role/mailer/else'} | function | UNDECIDED
            'Principal':{'AWS':'arn:aws:iam::111122223333:user/mailer'}         | function  | UNDECIDED
            'Principal':{'AWS':['999999999999','111122223333']}                 | friend    | ALLOWED
            'Principal':{'AWS':['999999999999','444455556666']}                 | friend    | UNDECIDED
            'Principal':{'Service':'s3.amazonaws.com'}                          | s3        | ALLOWED
            'Principal':{'Service':'s3.amazonaws.com'}                          | sns       | UNDECIDED
            'Principal':{'Service':['sns.amazonaws.com','s3.amazonaws.com']}    | s3        | ALLOWED
            'Principal':{'Service':'s3.amazonaws.com'}                          | friend    | UNDECIDED
            'Principal':{'Service':'s3.amazonaws.com','AWS':'111122223333'}     | friend    | ALLOWED
            'Principal':{'Federated':'accounts.google.com'}                     | friend    | UNDECIDED
            'NotPrincipal':{'AWS':'111122223333'}                               | friend    | UNDECIDED
            'NotPrincipal':{'AWS':'111122223333'}                               | function  | UNDECIDED
            'NotPrincipal':{'AWS':'111122223333'}                               | stranger  | ALLOWED
            'NotPrincipal':{'AWS':'111122223333'}                               | s3        | ALLOWED
            'NotPrincipal':{'AWS':'111122223333'}                               | anonymous | ALLOWED
            'NotPrincipal':{'AWS':'arn:aws:iam::111122223333:role/team/mailer'} | function  | UNDECIDED
            'NotPrincipal':{'AWS':'arn:aws:iam::111122223333:role/team/mailer'} | friend    | ALLOWED
            'NotPrincipal':{'Service':'s3.amazonaws.com'}                       | s3        | UNDECIDED
            'NotPrincipal':{'Service':'s3.amazonaws.com'}                       | sns       | ALLOWED
            """)
    void areForTheirPrincipals(String principal, String requester, Decision decision) {
        var allowing = policy("{'Effect':'Allow'," + principal + ",'Action':'*','Resource':'*'}");

        assertThat(allowing.decide(asked(requester, "lambda:InvokeFunction", GREET)))
                .isEqualTo(decision);
    }

    /// Whoever is to escape such a denial is named with account, role and session, as in AWS's examples.
    @ParameterizedTest(name = "all but {0}, asked by {1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'AWS':'111122223333'                                                                  | friend    | UNDECIDED
            'AWS':'111122223333'                                                                  | stranger  | DENIED
            'AWS':'111122223333'                                                                  | s3        | DENIED
            'AWS':'111122223333'                                                                  | anonymous | DENIED
            'AWS':'111122223333'                                                                  | function  | DENIED
            'AWS':'arn:aws:iam::111122223333:role/team/mailer'                                    | function  | DENIED
            'AWS':['111122223333','arn:aws:iam::111122223333:role/team/mailer']                   | function  | DENIED
            'AWS':['111122223333','arn:aws:iam::111122223333:role/team/mailer','arn:aws:sts::111122223333:assumed-role/mailer/send'] | function | UNDECIDED
            'AWS':['111122223333','arn:aws:iam::111122223333:role/team/mailer','arn:aws:sts::111122223333:assumed-role/mailer/send'] | other    | DENIED
            'Service':'s3.amazonaws.com'                                                          | s3        | UNDECIDED
            'Service':'s3.amazonaws.com'                                                          | sns       | DENIED
            """)
    void denyAllButSome(String named, String requester, Decision decision) {
        var denying = policy("{'Effect':'Deny','NotPrincipal':{" + named + "},'Action':'*','Resource':'*'}");

        assertThat(denying.decide(asked(requester, "lambda:InvokeFunction", GREET)))
                .isEqualTo(decision);
    }

    @ParameterizedTest(name = "{0} asked for {1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'Action':'lambda:InvokeFunction'                     | lambda:InvokeFunction    | ALLOWED
            'Action':'lambda:invokefunction'                     | lambda:InvokeFunction    | ALLOWED
            'Action':'LAMBDA:InvokeFunction'                     | lambda:InvokeFunction    | ALLOWED
            'Action':'lambda:InvokeFunction'                     | lambda:InvokeFunctionUrl | UNDECIDED
            'Action':'lambda:InvokeFunctionUrl'                  | lambda:InvokeFunction    | UNDECIDED
            'Action':'lambda:Invoke*'                            | lambda:InvokeFunctionUrl | ALLOWED
            'Action':'lambda:*'                                  | lambda:GetFunction       | ALLOWED
            'Action':'*'                                         | lambda:GetFunction       | ALLOWED
            'Action':'lambda:Get?unction'                        | lambda:GetFunction       | ALLOWED
            'Action':'lambda:Get??unction'                       | lambda:GetFunction       | UNDECIDED
            'Action':['lambda:GetPolicy','lambda:Get*uration']   | lambda:GetFunctionConfiguration | ALLOWED
            'Action':['lambda:GetPolicy','lambda:Get*uration']   | lambda:GetFunction       | UNDECIDED
            'NotAction':'lambda:InvokeFunction'                  | lambda:InvokeFunction    | UNDECIDED
            'NotAction':'lambda:InvokeFunction'                  | lambda:GetFunction       | ALLOWED
            'NotAction':['lambda:Get*','lambda:List*']           | lambda:ListAliases       | UNDECIDED
            'NotAction':['lambda:Get*','lambda:List*']           | lambda:InvokeFunction    | ALLOWED
            """)
    void areAboutTheirActions(String action, String asked, Decision decision) {
        var policy = policy("{'Effect':'Allow','Principal':'*'," + action + ",'Resource':'*'}");

        assertThat(policy.decide(asked("friend", asked, GREET))).isEqualTo(decision);
    }

    @ParameterizedTest(name = "{0} asked for greet{1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'Resource':'GREET'                     |          | ALLOWED
            'Resource':'GREET'                     | :1       | UNDECIDED
            'Resource':'GREET'                     | :live    | UNDECIDED
            'Resource':'GREET'                     | :$LATEST | UNDECIDED
            'Resource':'GREET:live'                | :live    | ALLOWED
            'Resource':'GREET:live'                |          | UNDECIDED
            'Resource':'GREET:*'                   | :live    | ALLOWED
            'Resource':'GREET:*'                   | :$LATEST | ALLOWED
            'Resource':'GREET:*'                   |          | UNDECIDED
            'Resource':'GREET*'                    | :7       | ALLOWED
            'Resource':'GREET*'                    |          | ALLOWED
            'Resource':'*'                         | :7       | ALLOWED
            'Resource':'arn:aws:lambda:*'          | :7       | ALLOWED
            'Resource':['GREET:1','GREET:2']       | :2       | ALLOWED
            'Resource':['GREET:1','GREET:2']       | :3       | UNDECIDED
            'Resource':'GREET:?'                   | :3       | ALLOWED
            'Resource':'GREET:?'                   | :33      | UNDECIDED
            'NotResource':'GREET:1'                | :1       | UNDECIDED
            'NotResource':'GREET:1'                | :2       | ALLOWED
            'NotResource':['GREET:1','GREET:l*']   | :live    | UNDECIDED
            'Resource':'arn:aws:lambda:eu-west-1:${aws:ResourceAccount}:function:greet'      | | ALLOWED
            'Resource':'arn:aws:lambda:eu-west-1:${aws:PrincipalAccount}:function:greet'     | | UNDECIDED
            'NotResource':'arn:aws:lambda:eu-west-1:${aws:PrincipalTag/x}:function:greet'    | | UNDECIDED
            """)
    void areAboutTheirResources(String resource, @Nullable String qualifier, Decision decision) {
        var policy = policy("{'Effect':'Allow','Principal':'*','Action':'*'," + resource.replace("GREET", GREET) + "}");

        assertThat(policy.decide(asked("friend", "lambda:GetFunction", GREET + (qualifier == null ? "" : qualifier))))
                .isEqualTo(decision);
    }

    /// The request of each row has the ARN and account of a bucket, two tag keys, an address, a time, and a number.
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'StringEquals':{'aws:SourceAccount':'123456789012'}                                | true
            'StringEquals':{'AWS:SourceAccount':'123456789012'}                                | true
            'StringEquals':{'aws:sourceaccount':'123456789012'}                                | true
            'stringequals':{'aws:SourceAccount':'123456789012'}                                | true
            'StringEquals':{'aws:SourceAccount':'12345678901*'}                                | false
            'StringEquals':{'aws:SourceAccount':['1','123456789012']}                          | true
            'StringEquals':{'aws:SourceAccount':[]}                                            | false
            'StringEquals':{'aws:SourceAccount':123456789012}                                  | true
            'StringEquals':{'aws:PrincipalType':'account'}                                     | false
            'StringEqualsIgnoreCase':{'aws:PrincipalType':'account'}                           | true
            'StringEquals':{'aws:PrincipalOrgID':'o-a1b2c3d4e5'}                               | false
            'StringEqualsIfExists':{'aws:PrincipalOrgID':'o-a1b2c3d4e5'}                       | true
            'StringNotEquals':{'aws:PrincipalOrgID':'o-a1b2c3d4e5'}                            | true
            'StringNotEquals':{'aws:SourceAccount':'123456789012'}                             | false
            'StringNotEquals':{'aws:SourceAccount':['1','123456789012']}                       | false
            'StringNotEquals':{'aws:SourceAccount':['1','2']}                                  | true
            'StringNotEqualsIfExists':{'aws:SourceAccount':'123456789012'}                     | false
            'StringNotEqualsIgnoreCase':{'aws:PrincipalType':'ACCOUNT'}                        | false
            'StringNotEqualsIgnoreCase':{'aws:PrincipalType':'User'}                           | true
            'StringLike':{'aws:SourceAccount':'12345678901?'}                                  | true
            'StringLike':{'aws:SourceArn':'*my-bucket'}                                        | true
            'StringLike':{'aws:SourceArn':'*MY-bucket'}                                        | false
            'StringNotLike':{'aws:SourceArn':'*my-bucket'}                                     | false
            'StringNotLike':{'aws:SourceArn':'*your-bucket'}                                   | true
            'StringNotLike':{'aws:Absent':'*'}                                                 | true
            'StringLikeIfExists':{'aws:Absent':'x'}                                            | true
            'StringLike':{'aws:Absent':'*'}                                                    | false
            'ArnLike':{'aws:SourceArn':'arn:aws:s3:::my-bucket'}                               | true
            'ArnEquals':{'aws:SourceArn':'arn:aws:s3:::my-bucket'}                             | true
            'ArnEquals':{'aws:SourceArn':'arn:aws:s3:::my-*'}                                  | true
            'ArnLike':{'aws:SourceArn':'arn:aws:s3:::your-*'}                                  | false
            'ArnLike':{'aws:SourceArn':'arn:aws:s3:*:*:*'}                                     | true
            'ArnLike':{'aws:SourceArn':'arn:*:s3:::my-bucket'}                                 | true
            'ArnLike':{'aws:SourceArn':'arn:aws:s*:my-bucket'}                                 | false
            'ArnLike':{'aws:SourceArn':'arn:aws:*:::my-bucket'}                                | true
            'ArnLike':{'aws:SourceArn':'arn:aws:s3::my-bucket'}                                | false
            'ArnLike':{'aws:SourceArn':'arn:aws:s3:*'}                                         | true
            'ArnLike':{'aws:SourceArn':'arn:aws:sns:*'}                                        | false
            'ArnNotLike':{'aws:SourceArn':'arn:aws:s*:my-bucket'}                              | false
            'ArnLike':{'aws:SourceArn':'*'}                                                    | true
            'ArnNotLike':{'aws:SourceArn':'arn:aws:s3:::my-*'}                                 | false
            'ArnNotEquals':{'aws:SourceArn':'arn:aws:s3:::your-*'}                             | true
            'ArnNotLike':{'aws:SourceAccount':'arn:aws:s3:::my-*'}                             | false
            'ArnLikeIfExists':{'aws:Absent':'arn:aws:s3:::my-*'}                               | true
            'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::111122223333:*'}                       | true
            'NumericEquals':{'x:Number':5}                                                     | true
            'NumericEquals':{'x:Number':'5.0'}                                                 | true
            'NumericEquals':{'x:Number':'05'}                                                  | true
            'NumericEquals':{'x:Number':['4','5']}                                             | true
            'NumericNotEquals':{'x:Number':5}                                                  | false
            'NumericNotEquals':{'x:Number':'6'}                                                | true
            'NumericNotEquals':{'x:Number':'six'}                                              | false
            'NumericLessThan':{'x:Number':'5'}                                                 | false
            'NumericLessThan':{'x:Number':'5.5'}                                               | true
            'NumericLessThan':{'x:Number':'10'}                                                | true
            'NumericLessThan':{'x:Number':'1e1'}                                               | true
            'NumericLessThan':{'x:Number':'5E-1'}                                              | false
            'NumericLessThanEquals':{'x:Number':'5'}                                           | true
            'NumericGreaterThan':{'x:Number':'-7'}                                             | true
            'NumericGreaterThan':{'x:Number':'5'}                                              | false
            'NumericGreaterThanEquals':{'x:Number':'5'}                                        | true
            'NumericGreaterThanEquals':{'x:Number':'1e400000000'}                              | false
            'NumericLessThan':{'aws:SourceArn':'5'}                                            | false
            'NumericLessThanIfExists':{'x:Absent':'5'}                                         | true
            'DateEquals':{'aws:CurrentTime':'2026-11-28T12:00:00Z'}                            | true
            'DateEquals':{'aws:CurrentTime':'2026-11-28T13:00:00+01:00'}                       | true
            'DateEquals':{'aws:CurrentTime':'1795867200'}                                      | true
            'DateNotEquals':{'aws:CurrentTime':'2026-11-28T12:00:00Z'}                         | false
            'DateLessThan':{'aws:CurrentTime':'2026-11-28T12:00:00.001Z'}                      | true
            'DateLessThan':{'aws:CurrentTime':'2026-11-28'}                                    | false
            'DateLessThan':{'aws:CurrentTime':'2026'}                                          | false
            'DateLessThan':{'aws:CurrentTime':'2026-12'}                                       | true
            'DateGreaterThan':{'aws:CurrentTime':'2026-11'}                                    | true
            'DateLessThan':{'aws:CurrentTime':'2026-13'}                                       | false
            'DateGreaterThan':{'aws:CurrentTime':'2026-11-28'}                                 | true
            'DateGreaterThan':{'aws:EpochTime':'2026-11-28T11:59:59Z'}                         | true
            'DateGreaterThanEquals':{'aws:CurrentTime':'2026-11-28T12:00Z'}                    | true
            'DateLessThanEquals':{'aws:EpochTime':'1795867199'}                                | false
            'DateLessThan':{'aws:CurrentTime':'tomorrow'}                                      | false
            'DateNotEquals':{'aws:CurrentTime':'tomorrow'}                                     | false
            'NumericLessThan':{'aws:EpochTime':'1795867201'}                                   | true
            'Bool':{'aws:PrincipalIsAWSService':'false'}                                       | true
            'Bool':{'aws:PrincipalIsAWSService':false}                                         | true
            'Bool':{'aws:PrincipalIsAWSService':'FALSE'}                                       | true
            'Bool':{'aws:PrincipalIsAWSService':'true'}                                        | false
            'Bool':{'aws:PrincipalIsAWSService':'no'}                                          | false
            'Bool':{'x:Absent':'false'}                                                        | false
            'BoolIfExists':{'x:Absent':'false'}                                                | true
            'Null':{'x:Absent':'true'}                                                         | true
            'Null':{'x:Absent':'false'}                                                        | false
            'Null':{'aws:SourceArn':'true'}                                                    | false
            'Null':{'aws:SourceArn':false}                                                     | true
            'Null':{'aws:SourceArn':['true','false']}                                          | true
            'BinaryEquals':{'x:Binary':'QmluYXJ5'}                                             | true
            'BinaryEquals':{'x:Binary':'QmluYXJz'}                                             | false
            'IpAddress':{'aws:SourceIp':'203.0.113.0/24'}                                      | true
            'IpAddress':{'aws:SourceIp':'203.0.113.7'}                                         | true
            'IpAddress':{'aws:SourceIp':'203.0.113.8/31'}                                      | false
            'IpAddress':{'aws:SourceIp':['10.0.0.0/8','203.0.112.0/22']}                       | true
            'IpAddress':{'aws:SourceIp':'0.0.0.0/0'}                                           | true
            'IpAddress':{'aws:SourceIp':'::/0'}                                                | false
            'IpAddress':{'aws:SourceIp':'203.0.113.0/40'}                                      | false
            'IpAddress':{'aws:SourceIp':'example.com'}                                         | false
            'NotIpAddress':{'aws:SourceIp':'203.0.113.0/24'}                                   | false
            'NotIpAddress':{'aws:SourceIp':'10.0.0.0/8'}                                       | true
            'NotIpAddress':{'aws:SourceIp':'example.com'}                                      | false
            'IpAddress':{'x:Six':'2001:db8::/32'}                                              | true
            'IpAddress':{'x:Six':'2001:db9::/32'}                                              | false
            'ForAnyValue:StringEquals':{'aws:TagKeys':['team','x']}                            | true
            'ForAnyValue:StringEquals':{'aws:TagKeys':['y','x']}                               | false
            'ForAnyValue:StringEquals':{'x:Absent':['y','x']}                                  | false
            'ForAnyValue:StringNotEquals':{'x:Absent':['y','x']}                               | false
            'ForAnyValue:StringNotEquals':{'aws:TagKeys':['team']}                             | true
            'ForAnyValue:StringNotEquals':{'aws:TagKeys':['team','cost']}                      | false
            'ForAnyValue:StringLikeIfExists':{'x:Absent':'y'}                                  | true
            'ForAllValues:StringEquals':{'aws:TagKeys':['team','cost','x']}                    | true
            'ForAllValues:StringEquals':{'aws:TagKeys':['team','x']}                           | false
            'ForAllValues:StringEquals':{'x:Absent':['team']}                                  | true
            'ForAllValues:StringNotEquals':{'aws:TagKeys':['x']}                               | true
            'ForAllValues:StringNotEquals':{'aws:TagKeys':['cost']}                            | false
            'ForAllValues:StringLike':{'aws:TagKeys':['t*','c*']}                              | true
            'StringEquals':{'aws:TagKeys':'team'}                                              | true
            'StringNotEquals':{'aws:TagKeys':'team'}                                           | false
            'StringEquals':{'aws:SourceAccount':'${aws:ResourceAccount}'}                      | true
            'StringEquals':{'aws:SourceAccount':'${aws:PrincipalAccount}'}                     | false
            'StringEquals':{'aws:SourceAccount':'${aws:Absent}'}                               | false
            'StringNotEquals':{'aws:SourceAccount':'${aws:Absent}'}                            | false
            'StringNotEquals':{'aws:SourceAccount':'${aws:TagKeys}'}                           | false
            'StringEquals':{'aws:SourceAccount':['${aws:Absent}','123456789012']}              | true
            'StringEquals':{'aws:SourceAccount':"${aws:Absent, '123456789012'}"}               | true
            'StringEquals':{'aws:SourceAccount':'${aws:SourceAccount'}                         | false
            'StringLike':{'x:Starred':'a${*}b'}                                                | true
            'StringLike':{'aws:SourceArn':'arn:aws:s3:::my${*}bucket'}                         | false
            'StringLike':{'aws:SourceArn':'arn:aws:s3:::my${?}bucket'}                         | false
            'StringLike':{'aws:SourceArn':'*${x:Starred}*'}                                    | false
            'StringEquals':{'x:Dollar':'${$}'}                                                 | true
            """)
    void holdTheirConditions(String condition, boolean holds) {
        var when = "'Condition':{" + condition + "}";
        var request = asked("friend", "lambda:InvokeFunction", GREET);

        assertThat(policy("{'Effect':'Allow','Principal':'*','Action':'*','Resource':'*'," + when + "}")
                        .decide(request))
                .isEqualTo(holds ? Decision.ALLOWED : Decision.UNDECIDED);
    }

    /// What cannot be compared lets nobody in, and nobody escape.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'StringNotEquals':{'aws:ResourceAccount':'${aws:Absent}'}",
                "'NumericNotEquals':{'x:Number':'six'}",
                "'ArnNotLike':{'aws:SourceAccount':'arn:aws:s3:::my-*'}",
                "'NotIpAddress':{'aws:SourceIp':'example.com'}",
                "'NumericLessThan':{'x:Number':'six'}",
                "'NumericNotEquals':{'x:Number':['5','six']}",
                "'DateGreaterThan':{'aws:CurrentTime':'tomorrow'}",
                "'Bool':{'aws:PrincipalIsAWSService':'no'}",
                "'IpAddress':{'aws:SourceIp':'203.0.113.0/40'}",
                "'ArnLike':{'aws:SourceArn':'arn:aws:s*:my-bucket'}",
                "'ForAnyValue:NumericEquals':{'aws:TagKeys':'5'}",
                "'Null':{'aws:SourceArn':'perhaps'}",
                "'StringEquals':{'aws:SourceAccount':[]}",
                "'StringNotEquals':{'aws:SourceAccount':[]}"
            })
    void denyWhatMakesNoSense(String condition) {
        var statement = "'Principal':'*','Action':'*','Resource':'*','Condition':{" + condition + "}}";
        var request = asked("friend", "lambda:InvokeFunction", GREET);

        assertThat(policy("{'Effect':'Deny'," + statement).decide(request)).isEqualTo(Decision.DENIED);
        assertThat(policy("{'Effect':'Allow'," + statement).decide(request)).isEqualTo(Decision.UNDECIDED);
    }

    /// A variable that nothing is known of stands for no value: there is none that a denial is about.
    @Test
    void denyNobodyByAVariableOfWhichNothingIsKnown() {
        var denying = policy("{'Effect':'Deny','Principal':'*','Action':'*','Resource':'*',"
                + "'Condition':{'StringEquals':{'aws:SourceAccount':'${aws:Absent}'}}}");

        assertThat(denying.decide(asked("friend", "lambda:InvokeFunction", GREET)))
                .isEqualTo(Decision.UNDECIDED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'NumericLessThan':{'x:Number':'six'}                    | false
            'NumericLessThan':{'x:Number':['6','six']}              | false
            'NumericLessThan':{'x:Number':6.5}                      | true
            'NumericLessThanIfExists':{'x:Number':'${aws:Absent}'}  | true
            'DateLessThan':{'aws:CurrentTime':'tomorrow'}           | false
            'DateLessThan':{'aws:CurrentTime':'2026-11-28'}         | true
            'DateLessThan':{'aws:CurrentTime':'1795867200'}         | true
            'Bool':{'aws:SecureTransport':'no'}                     | false
            'Bool':{'aws:SecureTransport':true}                     | true
            'Null':{'aws:SourceArn':'perhaps'}                      | false
            'Null':{'aws:SourceArn':'false'}                        | true
            'NotIpAddress':{'aws:SourceIp':'example.com'}           | false
            'IpAddress':{'aws:SourceIp':'10.0.0.0/33'}              | false
            'IpAddress':{'aws:SourceIp':['10.0.0.0/8','::1']}       | true
            'ArnLike':{'aws:SourceArn':'bucket'}                    | false
            'ArnLike':{'aws:SourceArn':'arn:aws:s3:bucket'}         | false
            'ArnLike':{'aws:SourceArn':['arn:aws:s3:*','*']}        | true
            'ForAnyValue:ArnLike':{'aws:SourceArn':'arn:aws:s3:::b'} | true
            'StringEquals':{'aws:SourceAccount':[]}                 | false
            'StringEquals':{'aws:SourceAccount':''}                 | true
            """)
    void areSensibleWhereTheirValuesCanBeCompared(String condition, boolean sensible) {
        for (var effect : List.of("Allow", "Deny")) {
            var policy = policy("{'Effect':'" + effect + "','Principal':'*','Action':'*','Resource':'*','Condition':{"
                    + condition + "}}");

            if (sensible) {
                assertThat(policy.sensible()).isSameAs(policy);
            } else {
                assertThatThrownBy(policy::sensible)
                        .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.error())
                                .isEqualTo(ApiError.INVALID_PARAMETER_VALUE));
            }
        }
    }

    /// As `AddPermission` writes it with `PrincipalOrgID`, and with what else tells members from strangers.
    @ParameterizedTest(name = "{0}: asked from {1} {2}: {3}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'StringEquals':{'aws:PrincipalOrgID':'o-a1b2c3d4e5'}        | o-a1b2c3d4e5 |                          | true
            'StringEquals':{'aws:PrincipalOrgID':'o-a1b2c3d4e5'}        | o-zzzzzzzzzz |                          | false
            'StringEquals':{'aws:PrincipalOrgID':'o-a1b2c3d4e5'}        |              |                          | false
            'StringEquals':{'aws:PrincipalOrgID':['o-x','o-a1b2c3d4e5']} | o-a1b2c3d4e5 |                         | true
            'StringNotEquals':{'aws:PrincipalOrgID':'o-a1b2c3d4e5'}     | o-zzzzzzzzzz |                          | true
            'Null':{'aws:PrincipalOrgID':'true'}                        |              |                          | true
            'Null':{'aws:PrincipalOrgID':'true'}                        | o-a1b2c3d4e5 |                          | false
            'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':'o-a1b2c3d4e5/r-ab12/*'} | o-a1b2c3d4e5 | o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ | true
            'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':'o-a1b2c3d4e5/r-ab12/ou-*'} | o-a1b2c3d4e5 | o-a1b2c3d4e5/r-ab12/ | false
            'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':'o-a1b2c3d4e5/*'} | o-a1b2c3d4e5 |                  | false
            """)
    void letInTheMembersOfOrganizations(
            String condition, @Nullable String organization, @Nullable String path, boolean allowed) {
        var keys = ConditionKeys.NONE;
        keys = organization == null ? keys : keys.with(ConditionKeys.PRINCIPAL_ORG_ID, organization);
        keys = path == null ? keys : keys.with(ConditionKeys.PRINCIPAL_ORG_PATHS, path);
        var request = AccessRequest.of(new Requester.Account(FRIEND, "aws"), "lambda:InvokeFunction", GREET, keys);
        var statement = "'Principal':'*','Action':'*','Resource':'*','Condition':{" + condition + "}}";

        assertThat(policy("{'Effect':'Allow'," + statement).decide(request))
                .isEqualTo(allowed ? Decision.ALLOWED : Decision.UNDECIDED);
        assertThat(policy("{'Effect':'Deny'," + statement).decide(request))
                .isEqualTo(allowed ? Decision.DENIED : Decision.UNDECIDED);
    }

    /// What conditions may ask of a service, and of nobody else.
    @ParameterizedTest(name = "{0}: asked by {1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'Bool':{'aws:PrincipalIsAWSService':'true'}                                  | s3     | ALLOWED
            'Bool':{'aws:PrincipalIsAWSService':'true'}                                  | friend | UNDECIDED
            'StringEquals':{'aws:PrincipalServiceName':'s3.amazonaws.com'}               | s3     | ALLOWED
            'StringEquals':{'aws:PrincipalServiceName':'s3.amazonaws.com'}               | sns    | UNDECIDED
            'StringEquals':{'aws:PrincipalServiceName':'s3.amazonaws.com'}               | friend | UNDECIDED
            'Null':{'aws:PrincipalAccount':'true','aws:PrincipalArn':'true'}             | s3     | ALLOWED
            'Null':{'aws:PrincipalAccount':'true'}                                       | friend | UNDECIDED
            """)
    void knowServicesByTheirNames(String condition, String requester, Decision decision) {
        var allowing = policy(
                "{'Effect':'Allow','Principal':'*','Action':'*','Resource':'*','Condition':{" + condition + "}}");

        assertThat(allowing.decide(asked(requester, "lambda:InvokeFunction", GREET)))
                .isEqualTo(decision);
    }

    @Test
    void holdAllConditionsOfAStatement() {
        var both =
                "'StringEquals':{'aws:SourceAccount':'123456789012','aws:PrincipalType':'%s'},'Null':{'x:Absent':true}";
        var statement = "{'Effect':'Allow','Principal':'*','Action':'*','Resource':'*','Condition':{" + both + "}}";
        var request = asked("friend", "lambda:InvokeFunction", GREET);

        assertThat(policy(statement.formatted("Account")).decide(request)).isEqualTo(Decision.ALLOWED);
        assertThat(policy(statement.formatted("User")).decide(request)).isEqualTo(Decision.UNDECIDED);
    }

    @Test
    void takeVariablesForTextInTheFirstVersionOfTheLanguage() {
        var statement = "{'Effect':'Allow','Principal':'*','Action':'*','Resource':'*',"
                + "'Condition':{'StringEquals':{'aws:SourceAccount':'${aws:ResourceAccount}'}}}";
        var request = asked("friend", "lambda:InvokeFunction", GREET);

        for (var version : List.of("'Version':'2008-10-17',", "")) {
            assertThat(Policy.read(("{" + version + "'Statement':[" + statement + "]}").replace('\'', '"'))
                            .decide(request))
                    .isEqualTo(Decision.UNDECIDED);
        }
    }

    @Test
    void tellNoKeyThatTheRequesterMakesUp() {
        var keys = ConditionKeys.NONE
                .with("aws:principalaccount", "999999999999")
                .with("AWS:ResourceAccount", "999999999999");
        var request = AccessRequest.of(new Requester.Account(FRIEND, "aws"), "lambda:InvokeFunction", GREET, keys);

        assertThat(request.keys().values("aws:PrincipalAccount")).containsExactly("111122223333");
        assertThat(request.keys().values("aws:ResourceAccount")).containsExactly("123456789012");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            friend    | UNDECIDED | User: arn:aws:iam::111122223333:root is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:123456789012:function:greet because no resource-based policy allows the lambda:InvokeFunction action
            s3        | UNDECIDED | User: s3.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:123456789012:function:greet because no resource-based policy allows the lambda:InvokeFunction action
            function  | DENIED    | User: arn:aws:sts::111122223333:assumed-role/mailer/send is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:123456789012:function:greet with an explicit deny in a resource-based policy
            """)
    void refuseInTheWordsOfAws(String requester, Decision decision, String message) {
        var refusal = asked(requester, "lambda:InvokeFunction", GREET).refusal(decision);

        assertThat(refusal.message()).isEqualTo(message);
        assertThat(refusal.error().status()).isEqualTo(403);
        assertThat(refusal.error().wireName()).isEqualTo("AccessDeniedException");
    }

    @Test
    void neverAllowMoreByADenialNorLessByAPermission() {
        var seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 3_000; round++) {
            var statements = statements(random);
            var request = randomRequest(random);
            var before = policyOf(statements).decide(request);

            var more = new ArrayList<>(statements);
            var added = statement(random);
            more.add(random.nextInt(more.size() + 1), added);
            var after = policyOf(more).decide(request);

            assertThat(
                            added.contains("'Deny'")
                                    ? after.isAllowed() && !before.isAllowed()
                                    : before.isAllowed() && !after.isAllowed())
                    .as("seed %d, round %d: %s after %s was added to %s", seed, round, request, added, statements)
                    .isFalse();
            assertThat(before == Decision.DENIED && after != Decision.DENIED)
                    .as("seed %d, round %d: a denial was lost", seed, round)
                    .isFalse();
        }
    }

    @Test
    void sayTheSameInAnyOrder() {
        var seed = System.nanoTime();
        var random = new Random(seed);
        var decisions = new ArrayList<Decision>();
        for (int round = 0; round < 3_000; round++) {
            var statements = statements(random);
            var request = randomRequest(random);
            var decision = policyOf(statements).decide(request);
            decisions.add(decision);

            Collections.shuffle(statements, random);

            assertThat(policyOf(statements).decide(request))
                    .as("seed %d, round %d: %s", seed, round, statements)
                    .isEqualTo(decision);
        }
        assertThat(decisions).contains(Decision.values());
    }

    @Test
    void areSubsetsOfTheirUnion() {
        var seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 3_000; round++) {
            var first = statements(random);
            var second = statements(random);
            var request = randomRequest(random);
            var union = new ArrayList<>(first);
            union.addAll(second);

            assertThat(policyOf(union).decide(request))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(
                            policyOf(first).decide(request).and(policyOf(second).decide(request)));
        }
    }

    private static List<String> statements(Random random) {
        var statements = new ArrayList<String>();
        for (int i = 0; i <= random.nextInt(4); i++) {
            statements.add(statement(random));
        }
        return statements;
    }

    private static String statement(Random random) {
        return "{'Effect':'" + (random.nextInt(4) == 0 ? "Deny" : "Allow") + "',"
                + one(
                        random,
                        "'Principal':'*'",
                        "'Principal':{'AWS':'111122223333'}",
                        "'Principal':{'AWS':'arn:aws:iam::111122223333:role/team/mailer'}",
                        "'Principal':{'Service':'s3.amazonaws.com'}",
                        "'NotPrincipal':{'AWS':'111122223333'}",
                        "'NotPrincipal':{'Service':'sns.amazonaws.com'}")
                + ","
                + one(random, "'Action':'*'", "'Action':'lambda:Get*'", "'NotAction':'lambda:GetFunction'")
                + ","
                + one(
                        random,
                        "'Resource':'*'",
                        "'Resource':'" + GREET + "'",
                        "'Resource':'" + GREET + ":*'",
                        "'NotResource':'" + GREET + ":1'")
                + one(
                        random,
                        "",
                        ",'Condition':{'StringEquals':{'aws:PrincipalType':['Account','${aws:Absent}']}}",
                        ",'Condition':{'ArnLike':{'aws:SourceArn':'arn:aws:s3:::my-*'}}",
                        ",'Condition':{'StringNotEquals':{'aws:PrincipalAccount':'${aws:Absent}'}}",
                        ",'Condition':{'Null':{'aws:PrincipalArn':true}}")
                + "}";
    }

    private static AccessRequest randomRequest(Random random) {
        return asked(
                one(random, REQUESTERS.keySet().stream().sorted().toArray(String[]::new)),
                one(random, "lambda:GetFunction", "lambda:GetPolicy", "lambda:InvokeFunction"),
                one(random, GREET, GREET + ":1", GREET + ":live"));
    }

    private static String one(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static AccessRequest asked(String requester, String action, String resource) {
        var keys = ConditionKeys.NONE
                .with(ConditionKeys.SOURCE_ARN, "arn:aws:s3:::my-bucket")
                .with(ConditionKeys.SOURCE_ACCOUNT, "123456789012")
                .with(ConditionKeys.SOURCE_IP, "203.0.113.7")
                .with("aws:TagKeys", List.of("team", "cost"))
                .with("x:Number", "5")
                .with("x:Binary", "QmluYXJ5")
                .with("x:Six", "2001:db8::1")
                .with("x:Starred", "a*b")
                .with("x:Dollar", "$")
                .at(Instant.parse("2026-11-28T12:00:00Z"));
        return AccessRequest.of(Objects.requireNonNull(REQUESTERS.get(requester)), action, resource, keys);
    }

    private static Policy policyOf(List<String> statements) {
        return policy(String.join(",", statements));
    }

    private static Policy policy(String statements) {
        var marked = statements.replace("\"${aws:Absent, '123456789012'}\"", "#");
        return Policy.read(("{'Version':'2012-10-17','Statement':[" + marked + "]}")
                .replace('\'', '"')
                .replace("#", "\"${aws:Absent, '123456789012'}\""));
    }
}
