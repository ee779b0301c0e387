"""Exports of many tools, in many languages and shapes: the column that holds what people wrote."""

# ruff: noqa: E501, RUF001 - an export is a row; letters of other scripts are what some are about

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from bot.core.classify import file_reader
from bot.core.decoding import encoding
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

A, B, C = "App closes when I tap export", "Charged twice in October", "Love the dark mode"


def book(*sheets: tuple[str, Sequence[Sequence[object]]], active: str = "", hidden: tuple[str, ...] = ()) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        for title, rows in sheets:
            page = workbook.add_worksheet(title)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
            if title == active:
                page.activate()
            if title in hidden:
                page.hide()
    return file.getvalue()


F: list[list[object]] = [["Id", "Customer wrote"], [1, A], [2, B]]

# what it is, its name, what it holds, the texts in it or the sentence about it
EXPORTS: list[tuple[str, str, str | bytes, list[str] | str]] = [
    ("sep tab","a.csv",f"sep=\t\nid\ttext\n1\t{A}\n2\t{B}\n",[A,B]),
    ("SEP upper pipe","a.csv",f"SEP=|\r\nid|text\r\n1|{A}\r\n2|{B}\r\n",[A,B]),
    ("sep then blank","a.csv",f"sep=;\n\nid;text\n1;{A}\n",[A]),
    ("semicolon with decimals","a.csv",f"Nr;Kommentar;Note\n1;{A}, leider;1,5\n2;{B};2,0\n3;{C};1,0\n",[A+", leider",B,C]),
    ("tab named csv","a.csv",f"id\ttext\tstars\n1\t{A}, always\t1\n2\t{B}\t2\n",[A+", always",B]),
    ("pipe","a.csv",f"id|message|x\n1|{A}; and,so|1\n2|{B}|2\n",[A+"; and,so",B]),
    ("mac CR","a.csv",f"id,text\r1,{A}\r2,{B}\r",[A,B]),
    ("comma space everywhere","a.csv",f"id, text, stars\n1, {A}, 1\n2, {B}, 2\n",[A,B]),
    ("comma+space+quotes","a.csv",f'id, text, stars\n1, "{A}, always", 1\n2, "{B}", 2\n',[A+", always",B]),
    ("quoted all","a.csv",f'"id","text"\n"1","{A}, ""always"""\n"2","{B}"\n',[A+', "always"',B]),
    ("single col quoted commas","a.csv",f'Comment\n"{A}, always"\n{B}\n',[A+", always",B]),
    ("prose no heading","a.csv",f"{A}, always\n{B}, and again\n{C}, so nice, really\n",[f"{A}, always",f"{B}, and again",f"{C}, so nice, really"]),
    ("blank lines between","a.csv",f"id,text\n\n1,{A}\n\n\n2,{B}\n",[A,B]),
    ("trailing semicolons","a.csv",f"id;text;;\n1;{A};;\n2;{B};;\n",[A,B]),
    ("rows shorter","a.csv",f"id,text,stars\n1,{A}\n2,{B},3\n",[A,B]),
    ("R row names","a.csv",f'"id","text"\n"1",11,"{A}"\n"2",12,"{B}"\n',[A,B]),
    ("pandas index","a.csv",f",id,text\n0,11,{A}\n1,12,{B}\n",[A,B]),
    ("inch","a.csv",f'id,text\n1,The 27" screen flickers\n2,"{B}, really"\n',['The 27" screen flickers',B+", really"]),
    ("backslash escapes","a.csv",'id,text\n1,"He said \\"no\\" to me"\n2,"ok fine, thanks"\n',['He said "no" to me',"ok fine, thanks"]),
    ("unescaped with comma","a.csv",'id,text,stars\n1,"He said "hello, world" to me",3\n2,fine so far,4\n3,bad thing,1\n',['He said "hello, world" to me',"fine so far","bad thing"]),
    ("multiline quoted","a.csv",f'id,text,stars\n1,"Dear team,\nit fails, always, here\nbye",1\n2,{B},2\n',["Dear team,\nit fails, always, here\nbye",B]),
    ("multiline unclosed at end","a.csv",f'id,text,stars\n1,{A},1\n2,"{B},2\n3,{C},3\n',[A,'"'+B,C]),
    ("open quote only one row","a.csv",f'id,text\n1,"{A}\n2,{B}\n',['"'+A,B]),
    ("curly quotes","a.csv",f"id,text\n1,“{A}, always”\n2,{B}\n3,{C}\n",["“"+A+", always”",B,C]),
    ("title semicolon","a.csv",f"Umfrage 2026;;\nStand: 29.11.2026;;\n;;\nNr;Was hat Ihnen gefehlt?;Note\n1;{A};3\n2;{B};2\n",[A,B]),
    ("metadata pairs above","a.csv",f"Report:,Feedback\nDate:,2026-11-02\nOwner:,Support\n\nid,created,comment,stars\n1,2026-11-01,{A},1\n2,2026-11-02,{B},2\n",[A,B]),
    ("blank first heading","a.csv",f",Comment,Score\na1,{A},1\na2,{B},2\n",[A,B]),
    ("all caps","a.csv",f"TICKET_ID,CUSTOMER_COMMENT,CREATED_AT\n1,{A},2026-11-01\n2,{B},2026-11-02\n",[A,B]),
    ("dup heading text","a.csv",f"Comment,Comment,Stars\n{A},internal,1\n{B},,2\n",[A,B]),
    ("no heading","a.csv",f"1,2026-11-01,{A}\n2,2026-11-02,{B}\n",[A,B]),
    ("no heading semis","a.csv",f"17;{A};open\n18;{B};closed\n",[A,B]),
    ("repeat heading inside","a.csv",f"id,text\n1,{A}\nid,text\n2,{B}\n",[A,B]),
    ("long survey no qmark","a.csv",f"Submitted,Please tell us in your own words everything that we could do better for you in the future,Mail\n2026-11-01,{A},a@b.co\n2026-11-02,{B},c@d.co\n",[A,B]),
    ("one heading one row","a.csv",f"id,text\n1,{A}\n",[A]),
    ("question mark items","a.csv","Can I export?\nHow do refunds work?\nWhere is dark mode?\n",["Can I export?","How do refunds work?","Where is dark mode?"]),
    ("single heading German","a.csv",f"Kundenkommentar\n{A}\n{B}\n",[A,B]),
    ("only a single Feedback:","a.csv",f"Feedback:\n{A}\n{B}\n",[A,B]),
    ("qualtrics full","a.csv",'StartDate,EndDate,Status,Progress,Q1,Q2_1,Q3\nStart Date,End Date,Response Type,Progress,How likely are you to recommend us?,Which - Price,"Why did you give that score, and what else?"\n"{""ImportId"":""startDate"",""timeZone"":""America/Denver""}","{""ImportId"":""endDate""}","{""ImportId"":""status""}","{""ImportId"":""progress""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2_1""}","{""ImportId"":""QID3_TEXT""}"\n2026-11-01,2026-11-01,IP Address,100,9,,'+A+"\n2026-11-02,2026-11-02,IP Address,100,2,Price,"+B+"\n",[A,B]),
    ("qualtrics two rows","a.csv",f"ResponseID,StartDate,EndDate,Q1,Q2\nResponseID,StartDate,EndDate,How likely?,What is missing?\nR_1,2026-11-01,2026-11-01,9,{A}\nR_2,2026-11-02,2026-11-02,2,{B}\n",[A,B]),
    ("surveymonkey","a.csv",f"Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,How was it?,What could we do better?\n,,,,,,Response,Open-Ended Response\n11,22,11/01/2026 10:00,11/01/2026 10:05,1.2.3.4,,Good,{A}\n12,22,11/02/2026 10:00,11/02/2026 10:05,1.2.3.5,,Bad,{B}\n",[A,B]),
    ("typeform","a.csv",f"#,What should we change?,Would you recommend us?,Network ID,Start Date (UTC),Submit Date (UTC)\nabc1,{A},1,ff00ff00ff,2026-11-01 10:00:00,2026-11-01 10:05:00\nabc2,{B},0,ff00ff00fe,2026-11-02 10:00:00,2026-11-02 10:05:00\n",[A,B]),
    ("google forms de","a.csv",f'Zeitstempel,E-Mail-Adresse,Wie zufrieden sind Sie?,Was können wir besser machen?\n"01.11.2026 10:11:12",a@b.de,4,{A}\n"02.11.2026 10:11:12",c@d.de,2,{B}\n',[A,B]),
    ("microsoft forms","a.xlsx",book(("Sheet1",[["ID","Start time","Completion time","Email","Name","What would make it better?"],[1,"11/1/26 10:00","11/1/26 10:02","anonymous","",A],[2,"11/2/26 10:00","11/2/26 10:02","anonymous","",B]])),[A,B]),
    ("jira csv","a.csv",f"Summary,Issue key,Issue id,Issue Type,Status,Project key,Priority,Assignee,Reporter,Created,Updated,Description,Comment,Comment\nExport fails,AB-1,10001,Bug,Open,AB,High,ann,bob,01/Nov/26 10:00 AM,02/Nov/26 10:00 AM,{A},01/Nov/26 10:00 AM;ann;We are looking into that right now,\nRefund,AB-2,10002,Task,Open,AB,Low,ann,bob,01/Nov/26 10:00 AM,02/Nov/26 10:00 AM,{B},02/Nov/26 10:00 AM;ann;Please send the invoice number,03/Nov/26;bob;Here it is dear\n",["Export fails\n\n"+A,"Refund\n\n"+B]),
    ("gitlab","a.csv",f"Title,Description,Issue ID,URL,State,Author,Author Username,Assignee,Confidential,Locked,Due Date,Created At (UTC)\nExport fails,{A},1,https://gitlab.com/a/b/-/issues/1,Open,Ann Lee,ann,,No,No,,2026-11-01 10:00:00\nRefund,{B},2,https://gitlab.com/a/b/-/issues/2,Open,Bob Ray,bob,,No,No,,2026-11-02 10:00:00\n",["Export fails\n\n"+A,"Refund\n\n"+B]),
    ("zendesk","a.csv",f"Id,Subject,Description,Requester,Requester email,Assignee,Group,Status,Priority,Created at,Satisfaction Score\n1,Export,{A},Ann,ann@x.co,Zed,Support,Open,High,2026-11-01,Offered\n2,Refund,{B},Bob,bob@x.co,Zed,Support,Open,Low,2026-11-02,Offered\n",["Export\n\n"+A,"Refund\n\n"+B]),
    ("freshdesk","a.csv",f"Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Description\n1,Export,Open,High,Email,Bug,Zed,Support,2026-11-01,{A}\n2,Refund,Open,Low,Email,Ask,Zed,Support,2026-11-02,{B}\n",["Export\n\n"+A,"Refund\n\n"+B]),
    ("hubspot","a.csv",f"Ticket ID,Ticket name,Pipeline,Ticket status,Create date,Ticket owner,Ticket description\n1,Export,Support,New,2026-11-01,Zed Poe,{A}\n2,Refund,Support,New,2026-11-02,Zed Poe,{B}\n",["Export\n\n"+A,"Refund\n\n"+B]),
    ("intercom","a.csv",f"conversation_id,created_at,user_name,user_email,assignee,tags,message_body,teammate_reply\n1,2026-11-01,Ann,ann@x.co,Zed,bug,{A},Sorry to hear that we will look into it now\n2,2026-11-02,Bob,b@x.co,Zed,bill,{B},We have refunded you the full amount today\n",[A,B]),
    ("trustpilot","a.csv",f"Review Id,Review Created (UTC),Review Consumer User Id,Review Title,Review Content,Review Stars,Company Reply Date (UTC),Company Reply Content,Reference Id,Location Name\na1,2026-11-01,u1,Bad export,{A},1,2026-11-02,Dear customer we are very sorry about this experience,,HQ\na2,2026-11-02,u2,Money,{B},2,,,,HQ\n",[A,B]),
    ("discourse","a.csv",f"topic_title,categories,is_pm,post_raw,post_cooked,like_count,reply_count,url,created_at\nExport,Bugs,No,{A},<p>{A} it is so</p>,2,1,https://d.example/t/1,2026-11-01\nRefund,Billing,No,{B},<p>{B} it is so</p>,0,0,https://d.example/t/2,2026-11-02\n",[A,B]),
    ("appfollow","a.csv",f"Date,App,Country,Version,Rating,Author,Title,Review,Translated title,Translated review,Reply date,Developer reply,Link\n2026-11-01,App,us,1.2,1,ann,Bad,{A},,,2026-11-02,Hello we are sorry please update to the newest one,https://x.co/1\n2026-11-02,App,us,1.2,2,bob,Hm,{B},,,,,https://x.co/2\n",[A,B]),
    ("app store api","a.json",json.dumps({"data":[{"type":"customerReviews","id":"1","attributes":{"rating":1,"title":"Bad","body":A,"reviewerNickname":"ann","createdDate":"2026-11-01","territory":"USA"},"links":{"self":"https://x.co"}},{"type":"customerReviews","id":"2","attributes":{"rating":2,"title":"Hm","body":B,"reviewerNickname":"bob","createdDate":"2026-11-02","territory":"USA"},"links":{"self":"https://x.co"}}],"links":{"self":"https://x"},"meta":{"paging":{"total":2,"limit":100}}}),["Bad\n\n"+A,"Hm\n\n"+B]),
    ("app store rss","a.json",json.dumps({"feed":{"author":{"name":{"label":"iTunes Store"}},"entry":[{"author":{"name":{"label":"ann"}},"im:rating":{"label":"1"},"id":{"label":"1"},"title":{"label":"Bad"},"content":{"label":A,"attributes":{"type":"text"}},"link":{"attributes":{"href":"https://x.co"}}},{"author":{"name":{"label":"bob"}},"im:rating":{"label":"2"},"id":{"label":"2"},"title":{"label":"Hm"},"content":{"label":B,"attributes":{"type":"text"}},"link":{"attributes":{"href":"https://x.co"}}}],"title":{"label":"reviews"}}}),[A,B]),
    ("delighted","a.csv",f"Person ID,Email,Score,Comment,Survey type,Permalink,Created at\n1,a@b.co,3,{A},nps,https://d.co/1,2026-11-01\n2,c@d.co,9,{B},nps,https://d.co/2,2026-11-02\n",[A,B]),
    ("slack export","2026-11-01.json",json.dumps([{"client_msg_id":"aa","type":"message","text":A,"user":"U1","ts":"1762000000.000100","team":"T1","user_profile":{"real_name":"Ann Lee","display_name":"ann","avatar_hash":"x"},"blocks":[{"type":"rich_text","elements":[]}]},{"client_msg_id":"ab","type":"message","text":B,"user":"U2","ts":"1762000001.000100","team":"T1","user_profile":{"real_name":"Bob Ray","display_name":"bob"},"blocks":[]}]),[A,B]),
    ("github graphql","a.json",json.dumps({"data":{"repository":{"issues":{"edges":[{"node":{"number":1,"title":"Export","body":A,"comments":{"totalCount":3}}},{"node":{"number":2,"title":"Refund","body":B,"comments":{"totalCount":0}}}],"pageInfo":{"hasNextPage":False}}}}}),["Export\n\n"+A,"Refund\n\n"+B]),
    ("github rest","a.json",json.dumps([{"url":"https://api","id":1,"number":1,"title":"Export","user":{"login":"ann","id":3},"labels":[{"name":"bug","description":"Something is not working as it should"}],"state":"open","comments":3,"body":A,"reactions":{"total_count":2}},{"url":"https://api","id":2,"number":2,"title":"Refund","user":{"login":"bob","id":4},"labels":[],"state":"open","comments":0,"body":None,"reactions":{"total_count":0}}]),["Export\n\n"+A,"Refund"]),
    ("jira adf json","a.json",json.dumps({"issues":[{"key":"A-1","fields":{"summary":"Export","description":{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":A}]}]}}},{"key":"A-2","fields":{"summary":"Refund","description":{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":B}]}]}}}]}),["Export\n\n"+A,"Refund\n\n"+B]),
    ("array of strings","a.json",json.dumps([A,B]),[A,B]),
    ("array of arrays","a.json",json.dumps([["id","text"],[1,A],[2,B]]),[A,B]),
    ("pandas columns","a.json",json.dumps({"id":{"0":1,"1":2},"text":{"0":A,"1":B}}),[A,B]),
    ("pandas split","a.json",json.dumps({"columns":["id","text"],"index":[0,1],"data":[[1,A],[2,B]]}),[A,B]),
    ("column lists","a.json",json.dumps({"id":[1,2],"text":[A,B]}),[A,B]),
    ("firebase","a.json",json.dumps({"reviews":{"-Na":{"text":A,"stars":1},"-Nb":{"text":B,"stars":2}}}),[A,B]),
    ("two arrays","a.json",json.dumps({"users":[{"id":1,"name":"Ann Lee"},{"id":2,"name":"Bob Ray"}],"tickets":[{"id":1,"text":A},{"id":2,"text":B}]}),[A,B]),
    ("pretty concatenated","a.json",json.dumps({"text":A},indent=1)+"\n"+json.dumps({"text":B},indent=1),[A,B]),
    ("jsonl in txt","a.txt",json.dumps({"text":A})+"\n"+json.dumps({"text":B})+"\n",[A,B]),
    ("json as csv name","a.csv",json.dumps([{"text":A},{"text":B}]),[A,B]),
    ("twitter js","tweets.js","window.YTD.tweets.part0 = "+json.dumps([{"tweet":{"id":"1","full_text":A}},{"tweet":{"id":"2","full_text":B}}]),[A,B]),
    ("jsonl nested","a.jsonl",json.dumps({"data":{"id":1,"comment":{"text":A}}})+"\n"+json.dumps({"data":{"id":2,"comment":{"text":B}}})+"\n",[A,B]),
    ("jsonl nel","a.jsonl",json.dumps({"text":"a\u0085b"},ensure_ascii=False)+"\n"+json.dumps({"text":"c\x0bd e"},ensure_ascii=False)+"\n",["a\u0085b","c\x0bd e"]),
    ("txt vt ff","a.txt","one\x0btwo\nthree\x0cfour\nfive\u0085six\n",["one\x0btwo","three\x0cfour","five\u0085six"]),
    ("single object","a.json",json.dumps({"id":1,"text":A}),[A]),
    ("json bad","a.json",'[{"text": "a",}]',"not valid JSON"),
    ("json empty","a.json","[]","no rows"),
    ("ndjson of scalars","a.ndjson",'"x y z"\n"b c d"\n',["x y z","b c d"]),
    ("html two tables","r.xls",f"<html><body><table><tr><td>Report</td><td>2026</td></tr></table><table><thead><tr><th>Id</th><th>Comment</th></tr></thead><tbody><tr><td>1</td><td>{A}<br>again</td></tr><tr><td>2</td><td>{B} &amp; &#8364;</td></tr></tbody></table></body></html>",[A+"\nagain",B+" & €"]),
    ("html upper no close","r.xls",f"<TABLE><TR><TD>Id<TD>Comment<TR><TD>1<TD>{A}<TR><TD>2<TD>{B}</TABLE>",[A,B]),
    ("xml 2003","r.xls",f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Feedback"><Table><Row><Cell><Data ss:Type="String">Id</Data></Cell><Cell><Data ss:Type="String">Comment</Data></Cell></Row><Row><Cell><Data ss:Type="Number">1</Data></Cell><Cell><Data ss:Type="String">{A}</Data></Cell></Row><Row><Cell ss:Index="2"><Data ss:Type="String">{B}</Data></Cell></Row></Table></Worksheet></Workbook>',[A,B]),
    ("csv named xls","r.xls",f"id\ttext\n1\t{A}\n2\t{B}\n",[A,B]),
    ("mhtml","r.xls","MIME-Version: 1.0\nContent-Type: multipart/related\n\nx","saved web page"),
    ("html page","r.html","<!DOCTYPE html><html><body><p>no table</p></body></html>","web page without a table"),
    ("pivot active","a.xlsx",book(("Pivot",[["Row Labels","Count of Id"],["Bug",2],["Billing",3],["Grand Total",5]]),("Data",F)),[A,B]),
    ("title rows xlsx","a.xlsx",book(("S",[["Feedback report"],[],["Exported","2026-11-29"],[],["Id","Date","Customer wrote","Stars"],[1,"2026-11-01",A,3],[2,"2026-11-02",B,4]])),[A,B]),
    ("offset columns","a.xlsx",book(("S",[["","","Id","Customer wrote"],["","",1,A],["","",2,B]])),[A,B]),
    ("all hidden","a.xlsx",book(("S",[]),("raw",F),hidden=("raw",),active="S"),[A,B]),
    ("no data","a.xlsx",book(("S",[])),"There are no rows"),
    ("trustpilot de","a.csv",f"Bewertungs-ID;Datum;Sterne;Titel;Bewertungstext;Antwort des Unternehmens\n1;01.11.2026;1;Schlecht;{A};Es tut uns sehr leid, wir kümmern uns darum\n2;02.11.2026;2;Naja;{B};\n",[A,B]),
    ("jira german","a.csv",f"Zusammenfassung;Vorgangsschlüssel;Status;Beschreibung;Erstellt\nExport;AB-1;Offen;{A};01.11.26\nGeld;AB-2;Offen;{B};02.11.26\n",["Export\n\n"+A,"Geld\n\n"+B]),
    ("french survey","a.csv",f"Horodateur;Adresse e-mail;Êtes-vous satisfait ?;Que pourrions-nous améliorer ?\n01/11/2026 10:00:00;a@b.fr;Oui;{A}\n02/11/2026 10:00:00;c@d.fr;Non;{B}\n",[A,B]),
    ("spanish","a.csv",f"Fecha,Usuario,Calificación,Comentario,Respuesta del desarrollador\n2026-11-01,ana,1,{A},Lo sentimos mucho y lo arreglamos ya mismo\n2026-11-02,luis,2,{B},\n",[A,B]),
    ("portuguese","a.csv",f"ID;Data;Nota;Avaliação;Resposta da loja\n1;2026-11-01;1;{A};Sentimos muito por isso vamos ajudar\n2;2026-11-02;2;{B};\n",[A,B]),
    ("japanese survey","a.csv","タイムスタンプ,年齢,満足度,改善してほしい点を教えてください\n2026/11/01 10:00,30代,4,ログインが遅いです\n2026/11/02 10:00,40代,2,料金が高いと思います\n",["ログインが遅いです","料金が高いと思います"]),
    ("chinese","a.csv","序号,用户名,评分,评论内容,商家回复\n1,张三,1,导出的时候总是闪退,非常抱歉给您带来不便我们会尽快处理\n2,李四,2,重复扣费请退款,\n",["导出的时候总是闪退","重复扣费请退款"]),
    ("korean","a.csv","번호,작성자,별점,리뷰내용,사장님 답글\n1,김철수,1,앱이 자꾸 꺼져요,불편을 드려 죄송합니다 곧 고치겠습니다\n2,이영희,2,두 번 결제되었어요,\n",["앱이 자꾸 꺼져요","두 번 결제되었어요"]),
    ("russian store","a.csv","Дата;Оценка;Заголовок;Текст отзыва;Ответ разработчика\n01.11.2026;1;Плохо;Приложение падает при экспорте;Приносим извинения мы уже исправили это\n02.11.2026;2;Так себе;Списали деньги дважды;\n",["Приложение падает при экспорте","Списали деньги дважды"]),
    ("arabic","a.csv","الرقم,التاريخ,التعليق\n1,2026-11-01,التطبيق يتعطل عند الفتح\n2,2026-11-02,تم خصم المبلغ مرتين\n",["التطبيق يتعطل عند الفتح","تم خصم المبلغ مرتين"]),
    ("italian","a.csv",f"Data;Cliente;Voto;Recensione;Risposta\n01/11/2026;Anna;1;{A};Ci dispiace molto la contatteremo presto\n02/11/2026;Luca;2;{B};\n",[A,B]),
    ("dutch","a.csv",f"Datum;Klant;Cijfer;Opmerking\n01-11-2026;Anna;1;{A}\n02-11-2026;Piet;2;{B}\n",[A,B]),
    ("polish","a.csv",f"Data;Klient;Ocena;Treść opinii\n2026-11-01;Anna;1;{A}\n2026-11-02;Piotr;2;{B}\n",[A,B]),
    ("turkish","a.csv",f"Tarih;Müşteri;Puan;Yorum\n01.11.2026;Ayşe;1;{A}\n02.11.2026;Ali;2;{B}\n",[A,B]),
    ("text first","a.csv",f"message,created_at,id\n{A},2026-11-01,17\n{B},2026-11-02,18\n",[A,B]),
    ("email bodies","a.csv",f"From,To,Date,Subject,Body\nann@x.co,us@y.co,2026-11-01,Export,{A}\nbob@x.co,us@y.co,2026-11-02,Refund,{B}\n",["Export\n\n"+A,"Refund\n\n"+B]),
    ("chat transcript","a.csv",f"timestamp,speaker,utterance\n2026-11-01 10:00,customer,{A}\n2026-11-01 10:01,customer,{B}\n",[A,B]),
    ("likert plus open","a.csv",f"Respondent,Q1 Ease of use,Q2 Value,Q3 Support,Open feedback\nr1,Strongly agree,Agree,Neutral,{A}\nr2,Disagree,Strongly agree,Agree,{B}\n",[A,B]),
    ("nps text col","a.csv",f"nps_score,nps_reason,plan\n3,{A},Pro plan yearly\n9,{B},Free plan\n",[A,B]),
    ("tag + text","a.csv",f"label,text\nbug report,{A}\nbilling issue,{B}\n",[A,B]),
    ("amazon","a.tsv",f"marketplace\tcustomer_id\treview_id\tproduct_id\tproduct_title\tstar_rating\thelpful_votes\tvine\treview_headline\treview_body\treview_date\nUS\t1\tR1\tB1\tFancy blue kettle 2 litres\t1\t0\tN\tBad\t{A}\t2026-11-01\nUS\t2\tR2\tB1\tFancy blue kettle 2 litres\t2\t0\tN\tHm\t{B}\t2026-11-02\n",[A,B]),
    ("yelp jsonl","a.json","".join(json.dumps({"review_id":f"r{i}","user_id":"u","business_id":"b","stars":1.0,"useful":0,"text":t,"date":"2026-11-01 10:00:00"})+"\n" for i,t in enumerate((A,B))),[A,B]),
    ("intercom json","a.json",json.dumps({"type":"conversation.list","conversations":[{"id":"1","source":{"type":"email","subject":"Export","body":A,"author":{"name":"Ann"}},"tags":{"type":"tag.list","tags":[]}},{"id":"2","source":{"type":"email","subject":"Refund","body":B,"author":{"name":"Bob"}},"tags":{"type":"tag.list","tags":[]}}]}),["Export\n\n"+A,"Refund\n\n"+B]),
    ("zendesk json","a.json","".join(json.dumps({"id":i,"url":"https://x","subject":s,"description":t,"priority":"high","requester_id":3,"tags":["a"],"comments":[{"body":"We look into that now please wait"}]})+"\n" for i,(s,t) in enumerate((("Export",A),("Refund",B)))),["Export\n\n"+A,"Refund\n\n"+B]),
    ("slack channels json","a.json",json.dumps({"messages":[{"type":"message","text":A,"user":"U1","ts":"1.1"},{"type":"message","text":B,"user":"U2","ts":"1.2"}],"has_more":False}),[A,B]),
    ("json null texts","a.json",json.dumps([{"text":None},{"text":A},{"text":""}]),[A]),
    ("json numbers as text col","a.json",json.dumps([{"rating":5,"comment":A},{"rating":4,"comment":B}]),[A,B]),
    ("json wrapped pages","a.json",json.dumps([{"page":1,"results":[{"text":A}]},{"page":2,"results":[{"text":B}]}]),[A,B]),
    ("json array of arrays of objects","a.json",json.dumps([[{"text":A}],[{"text":B}]]),[A,B]),
    ("google sheets values","a.json",json.dumps({"range":"S!A1:B3","majorDimension":"ROWS","values":[["Id","Comment"],["1",A],["2",B]]}),[A,B]),
    ("jsonl array rows","a.jsonl",json.dumps(["id","text"])+"\n"+json.dumps([1,A])+"\n"+json.dumps([2,B])+"\n",[A,B]),
    ("jsonl trailing comma","a.jsonl",json.dumps({"text":A})+",\n"+json.dumps({"text":B})+"\n",[A,B]),
    ("jsonl truncated","a.jsonl",json.dumps({"text":A})+"\n"+json.dumps({"text":B})[:-5],"Line 2 of a.jsonl is not valid JSON"),
    ("ndjson blank lines","a.ndjson","\n\n"+json.dumps({"text":A})+"\n\n"+json.dumps({"text":B})+"\n\n",[A,B]),
    ("json single quotes","a.json","[{'text': 'x y'}]","not valid JSON"),
    ("blank columns in the middle","a.csv",f"id,,text,,\n1,,{A},,\n2,,{B},,\n",[A,B]),
    ("blank rows end commas","a.csv",f"id,text,stars\n1,{A},1\n2,{B},2\n,,\n,,\n",[A,B]),
    ("total row","a.csv",f"id,text,stars\n1,{A},1\n2,{B},2\nTotal,,3\n",[A,B]),
    ("footer note","a.csv",f"id,text,stars\n1,{A},1\n2,{B},2\n\nExported by Tool X on 2026-11-29\n",[A,B]),
    ("crlf inside quotes","a.csv",f'id,text\r\n1,"one\r\ntwo"\r\n2,{B}\r\n',["one\ntwo",B]),
    ("mixed newlines","a.csv",f"id,text\r\n1,{A}\n2,{B}\r",[A,B]),
    ("tabs and spaces","a.txt",f"id\ttext\n1\t{A}\n2\t{B}\n",[A,B]),
    ("csv in txt","a.txt",f"id,comment,stars\n1,{A},1\n2,{B},2\n",[A,B]),
    ("txt prose commas","a.txt",f"{A}, always\n{B}, again, and again\n",[f"{A}, always",f"{B}, again, and again"]),
    ("md bullets","a.md",f"- {A}\n- {B}\n",["- "+A,"- "+B]),
    ("quoted with spaces after","a.csv",f'id,text\n1,"{A}, always" \n2,"{B}" \n',[A+", always",B]),
    ("semicolon quoted stray","a.csv",'nr;text;note\n1;Der 27" Monitor flackert;2\n2;"Die App" geht nicht;3\n3;alles gut hier;1\n',['Der 27" Monitor flackert','"Die App" geht nicht',"alles gut hier"]),
    ("excel text formula","a.csv",f'id,text\n="001","{A}"\n="002","{B}"\n',[A,B]),
    ("rows fewer than heading mostly","a.csv",f"id,text,a,b,c,d\n1,{A}\n2,{B}\n",[A,B]),
    ("number heading first","a.csv",f"#,Feedback\n1,{A}\n2,{B}\n",[A,B]),
    ("star heading","a.csv",f"★,Review\n1,{A}\n2,{B}\n",[A,B]),
    ("heading with newline","a.csv",f'id,"Feedback\n(free text)"\n1,{A}\n2,{B}\n',[A,B]),
    ("heading html","a.csv",f"id,<b>Comment</b>\n1,{A}\n2,{B}\n",[A,B]),
    ("all heading unknown","a.csv",f"foo,bar,baz\n1,{A},x\n2,{B},y\n",[A,B]),
    ("short answers","a.csv","id,answer\n1,yes\n2,too slow\n3,no\n",["yes","too slow","no"]),
    ("one-word comments","a.csv","id,comment,country\n1,great,US\n2,slow,DE\n3,broken,FR\n",["great","slow","broken"]),
    ("mostly blank comments","a.csv","id,name,comment\n"+"".join(f"{i},Ann Lee {i},\n" for i in range(50))+f"51,Bob Ray,{A}\n",[A]),
    ("long name vs text","a.csv",f"Product name,Feedback\nThe fancy blue kettle with two litres and a lid,{A}\nThe fancy red kettle with two litres and a lid,{B}\n",[A,B]),
    ("address col","a.csv",f"Address,What happened\n12 Long Street Springfield IL 62701 United States,{A}\n99 Short Road Shelbyville IL 62565 United States,{B}\n",[A,B]),
    ("id strings","a.csv",f"uuid,comment\n0b5b1f6e-9d7a-4a52-8f0e-1c2d3e4f5a6b,{A}\n1b5b1f6e-9d7a-4a52-8f0e-1c2d3e4f5a6b,{B}\n",[A,B]),
    ("internal notes","a.csv",f"Customer comment,Internal notes\n{A},Called the customer back and offered a refund today\n{B},Waiting for finance to answer about this one since Monday\n",[A,B]),
    ("xlsx repeated headings two level","a.xlsx",book(("S",[["Person","","Feedback",""],["Id","Name","Score","What they said"],[1,"Ann",3,A],[2,"Bob",4,B]])),[A,B]),
    ("xlsx wide survey","a.xlsx",book(("S",[["ID"]+[f"Q{i}" for i in range(60)]+["Anything else?"]]+[[n]+[3]*60+[t] for n,t in ((1,A),(2,B))])),[A,B]),
    ("xlsx blank cols","a.xlsx",book(("S",[["Id","","","Comment"],[1,"","",A],[2,"","",B]])),[A,B]),
    ("csv as xlsx","a.xlsx",f"id,text\n1,{A}\n2,{B}\n",[A,B]),
]  # fmt: skip


def outcome(name: str, data: str | bytes) -> list[str] | str:
    try:
        return [item.text for item in file_reader.read(name, data.encode() if isinstance(data, str) else data).items()]
    except UsageError as error:
        return error.sentence


@pytest.mark.parametrize(("title", "name", "data", "expected"), EXPORTS, ids=[row[0] for row in EXPORTS])
def test_the_texts_of_an_export_are_found(title: str, name: str, data: str | bytes, expected: list[str] | str) -> None:
    assert title
    found = outcome(name, data)
    assert found == expected if isinstance(expected, list) else expected in found


# Texts of two lines, in code pages that are met.
ENCODED = [
    ("cp932", "ご意見", "ログインできません", "とても使いやすいです"),
    ("euc_jp", "感想", "画面が真っ白になります", "請求が二重でした"),
    ("iso2022_jp", "感想", "画面が真っ白になります", "請求が二重でした"),
    ("gbk", "反馈内容", "导出的时候总是闪退", "重复扣费请退款"),
    ("big5", "意見", "匯出時一直當機", "重複扣款請退款"),
    ("cp949", "내용", "로그인이 안 돼요", "결제가 두 번 됐어요"),
    ("cp1251", "Отзыв", "Не работает экспорт данных", "Верните деньги за подписку"),
    ("koi8-r", "Отзыв", "Не работает экспорт данных", "Верните деньги за подписку"),
    ("cp866", "Отзыв", "Не работает экспорт данных", "Верните деньги за подписку"),
    ("cp1253", "Σχόλιο", "Δεν λειτουργεί η εξαγωγή", "Με χρεώσατε δύο φορές"),
    ("cp1254", "Yorum", "Uygulama sürekli çöküyor", "Ücret iki kez alındı"),
    ("cp1250", "Komentář", "Aplikace stále padá při exportu", "Vraťte mi prosím peníze"),
    ("cp1252", "Kommentar", "Die App stürzt ständig ab", "Bitte um Rückzahlung für Oktober"),
    ("cp1252", "Commentaire", "L’appli plante à l’ouverture", "J’ai été débité deux fois"),
    ("mac_roman", "Kommentar", "Die App stürzt ständig ab", "Bitte um Rückzahlung für Oktober"),
    ("cp850", "Kommentar", "Die App stürzt ständig ab", "Bitte um Rückzahlung für Oktober"),
    ("cp1255", "תגובה", "האפליקציה קורסת כל הזמן", "חויבתי פעמיים באוקטובר"),
    ("cp1256", "تعليق", "التطبيق يتعطل عند الفتح", "تم خصم المبلغ مرتين"),
    ("cp874", "ความคิดเห็น", "แอปเด้งออกตลอดเวลา", "ถูกเก็บเงินสองครั้ง"),
    ("utf-16-be", "text", A, B),
    ("utf-16-le", "感想", "画面が真っ白になります", "請求が二重でした"),
    ("utf-32", "text", A, B),
]


@pytest.mark.parametrize(("codec", "heading", "first", "second"), ENCODED)
def test_an_encoding_is_told_from_two_lines(codec: str, heading: str, first: str, second: str) -> None:
    data = f"id,{heading}\r\n1,{first}\r\n2,{second}\r\n".encode(codec)
    assert outcome("a.csv", data) == [first, second]


@pytest.mark.parametrize(
    "name",
    [
        "latin-1",
        "ISO-8859-1",
        "windows-1252",
        "CP1252",
        "ansi",
        "utf8",
        "Shift_JIS",
        "GBK",
        "euc-kr",
        "Big5",
        "koi8-r",
        "utf-16",
    ],
)
def test_an_encoding_is_named_as_people_do(name: str) -> None:
    assert encoding.named(name) in encoding.NAMES


@pytest.mark.parametrize("name", ["klingon", "", "unicode_escape", "rot13", "idna", "zlib", "punycode", "x" * 1_000])
def test_what_is_no_encoding_is_not_one(name: str) -> None:
    assert encoding.named(name) == ""


@pytest.mark.parametrize(
    "unit",
    [
        '"',
        '1,"a"b,"c\n',
        '"x""\n',
        '"a\\"b,',
        ";,",
        "\n\n",
        "<td>",
        "<",
        "&",
        '{"a":',
        "[",
        '1,"a\nb,c\nd",e\n',
        '" ',
        "x;y|z\t",
        "\u00e9",
    ],
)
def test_odd_files_are_read_in_linear_time(unit: str) -> None:
    for head in ("", "id,text\n", "<table>"):
        started = time.process_time()
        outcome("a.csv", head + unit * (400_000 // len(unit)))
        assert time.process_time() - started < 8  # as a child may take
